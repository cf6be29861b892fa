"""Which webhook is ours, and what is to be done: laws of the pure parts."""

from urllib.parse import urlsplit

import pytest
from gitlab_hooks.hook import Hook, Named, plan, token_of
from hooks_world import HEADER, PLACE, address, secret, wanted
from hypothesis import given
from hypothesis import strategies as st

TOKENS = ["tok_1", "tok_2", "tok_3", "tok_11"]
token_ids = st.sampled_from(TOKENS)
ours = st.builds(address, token_ids) | st.builds(lambda token: f"{address(token)}&zapikey={secret(token)}", token_ids)
foreign = st.sampled_from(
    [PLACE, address("tok_1").replace("keypost", "other"), "https://ci.example/?token=tok_1", "", "http://[", "\x00"]
) | st.text(max_size=60)
hooks = st.lists(ours | foreign, max_size=8).map(
    lambda urls: tuple(Hook(number, url) for number, url in enumerate(urls))
)


@given(token_ids)
def test_our_own_address_is_ours_in_both_forms(token_id: str) -> None:
    made = wanted(token_id)

    assert token_of(made.form(in_header=True)["url"], address("tok_9")) == token_id
    assert token_of(made.form(in_header=False)["url"], address("tok_9")) == token_id


@given(foreign | ours)
def test_only_what_leads_to_our_address_is_ours(url: str) -> None:
    found = token_of(url, address("tok_1"))

    assert found is None or urlsplit(url)._replace(query="") == urlsplit(PLACE)._replace(query="")


def test_the_hosts_case_does_not_count() -> None:
    assert token_of(address("tok_1").replace("keypost.example", "Keypost.Example"), address("tok_2")) == "tok_1"


@given(hooks, token_ids, st.sets(token_ids, max_size=3))
def test_one_webhook_is_kept_the_others_of_ours_go_and_nothing_else_does(
    found: tuple[Hook, ...], token_id: str, replaces: set[str]
) -> None:
    made = wanted(token_id, *(replaces - {token_id}))

    todo = plan(found, made)

    of_ours = [hook for hook in found if token_of(hook.url, PLACE) in {token_id, *made.replaces}]
    kept = [todo.keep] if todo.keep else []
    assert sorted([*kept, *todo.drop], key=lambda hook: hook.id) == of_ours
    assert bool(todo.keep) == bool(of_ours)


@given(hooks, token_ids)
def test_its_own_webhook_is_kept_before_one_that_it_replaces(found: tuple[Hook, ...], token_id: str) -> None:
    todo = plan(found, wanted(token_id, *TOKENS))

    has_own = any(token_of(hook.url, PLACE) == token_id for hook in found)
    assert not has_own or (todo.keep is not None and token_of(todo.keep.url, PLACE) == token_id)


@pytest.mark.parametrize("in_header", [True, False])
def test_a_webhook_in_the_wanted_form_meets_it_and_no_other_does(in_header: bool) -> None:
    made = wanted("tok_1")
    form = made.form(in_header=in_header)
    named = (Named(HEADER.lower()),) if in_header else ()
    right = Hook.of({"id": 1, **form, "custom_headers": [{"key": name.key} for name in named]})

    assert made.is_met_by(right, in_header=in_header)
    for wrong in (
        Hook(1, right.url, None, named, right.switches),
        Hook(1, right.url, True, () if in_header else (Named(HEADER),), right.switches),
        Hook(1, right.url, True, named, {**right.switches, "push_events": False}),
        Hook(1, right.url, True, named, {**right.switches, "job_events": True}),
        Hook(1, right.url, True, named, {**right.switches, "push_events": None}),
        Hook(1, address("tok_2"), True, named, right.switches),
    ):
        assert not made.is_met_by(wrong, in_header=in_header)


def test_a_switch_that_this_gitlab_does_not_have_is_not_missed() -> None:
    made = wanted("tok_1")
    few = {name: is_on for name, is_on in made.switches.items() if name != "milestone_events"}

    assert made.is_met_by(Hook(1, made.address, True, (Named(HEADER),), few), in_header=True)


def test_no_form_shows_the_secret_by_itself() -> None:
    assert secret("tok_1") not in repr(wanted("tok_1"))
