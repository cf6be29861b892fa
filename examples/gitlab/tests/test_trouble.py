"""What goes wrong at GitLab is tried again if that may help, and said in words if not."""

import threading
from typing import Any

import pytest
from gitlab_hooks import connection
from gitlab_hooks.patience import ATTEMPTS, WAIT_MAX_S, wait_before
from gitlab_hooks.registering import register
from gitlab_hooks.settings import Settings
from gitlab_hooks.trouble import Trouble
from gitlab_hooks.under_way import UnderWay
from gitlab_hooks.writing import Deed
from hooks_world import Time, address, click, deeds, only, secret, settings, wanted, whys, works
from hypothesis import given
from hypothesis import strategies as st
from standin import GitLab, User

from keypost_sdk import Secret

FULL = "There are as many webhooks as GitLab allows"
BLOCKED = "GitLab may not send to Keypost's address: its administrators allow that under Outbound requests"
HOOKS = r"/projects/\d+/hooks"
HOOK = HOOKS + r"/\d+"


def trouble(gitlab: GitLab, ada: User, time: Time | None = None, token: str = "") -> str:
    with pytest.raises(Trouble) as caught:
        click(gitlab, ada, wanted("tok_1"), time=time, token=token)
    return caught.value.sentence


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 409])
def test_what_passes_is_tried_again(gitlab: GitLab, ada: User, method: str, status: int) -> None:
    project = gitlab.project("ada/own", ada)
    gitlab.fail(method, HOOKS, status, times=ATTEMPTS - 1)
    time = Time()

    outcomes = click(gitlab, ada, wanted("tok_1"), time=time)

    assert deeds(outcomes) == {"ada/own": Deed.CREATED}
    assert works(only(project), "tok_1")
    assert time.slept == [0.5, 1.0]


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (500, "GitLab has trouble of its own (status 500)"),
        (503, "GitLab has trouble of its own (status 503)"),
        (429, "GitLab gets too many requests"),
    ],
)
def test_but_not_for_ever(gitlab: GitLab, ada: User, status: int, why: str) -> None:
    gitlab.project("ada/own", ada)
    gitlab.fail("POST", HOOKS, status, times=1_000)

    outcomes = click(gitlab, ada, wanted("tok_1"))

    assert whys(outcomes) == {"ada/own": why}


def test_one_project_in_trouble_does_not_hold_up_the_others(gitlab: GitLab, ada: User) -> None:
    bad, good = gitlab.project("ada/bad", ada), gitlab.project("ada/good", ada)
    gitlab.fail("POST", f"/projects/{bad.id}/hooks", 500, times=1_000)

    outcomes = click(gitlab, ada, wanted("tok_1"))

    assert deeds(outcomes) == {"ada/bad": Deed.FAILED, "ada/good": Deed.CREATED}
    assert works(only(good), "tok_1")


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_an_answer_that_is_lost_after_the_work_makes_no_second_webhook(gitlab: GitLab, ada: User, method: str) -> None:
    project = gitlab.project("ada/own", ada)
    click(gitlab, ada, wanted("tok_1")) if method == "PUT" else None
    gitlab.fail(method, HOOKS + ".*", 502, is_done=True)

    click(gitlab, ada, wanted("tok_2", "tok_1"))

    assert works(only(project), "tok_2")


def test_gitlabs_wish_to_wait_is_heeded_by_all_threads(gitlab: GitLab, ada: User) -> None:
    for number in range(4):
        gitlab.project(f"ada/p{number}", ada)
    gitlab.fail("GET", "/projects", 429, headers={"Retry-After": "7"})
    time = Time()

    outcomes = click(gitlab, ada, wanted("tok_1"), time=time)

    assert set(deeds(outcomes).values()) == {Deed.CREATED}
    assert sum(time.slept) == 7


@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_is_too_long_is_said_instead(gitlab: GitLab, ada: User, status: int) -> None:
    gitlab.project("ada/own", ada)
    gitlab.fail("GET", "/projects", status, headers={"Retry-After": "3600"}, times=1_000)
    time = Time()

    assert trouble(gitlab, ada, time) == "GitLab gets too many requests and asks to wait 3600 s"
    assert time.slept == []


@pytest.mark.parametrize("wait", ["Wed, 21 Oct 2026 07:28:00 GMT", "-1", "soon", "²"])
def test_a_wish_that_cannot_be_read_is_none(gitlab: GitLab, ada: User, wait: str) -> None:
    gitlab.project("ada/own", ada)
    gitlab.fail("GET", "/projects", 429, headers={"Retry-After": wait.encode().decode("latin-1")})
    time = Time()

    click(gitlab, ada, wanted("tok_1"), time=time)

    assert time.slept == [0.5]


def test_a_task_has_an_end(gitlab: GitLab, ada: User) -> None:
    for number in range(3):
        gitlab.project(f"ada/p{number}", ada)
    gitlab.fail("GET", HOOKS, 429, headers={"Retry-After": "20"}, times=1_000)
    time = Time()

    outcomes = click(gitlab, ada, wanted("tok_1"), time=time)

    assert set(deeds(outcomes).values()) == {Deed.FAILED}
    assert time.now <= 300


def test_what_was_not_begun_by_then_is_not_begun() -> None:
    time = Time()
    patience = time.patience(task_s=10.0)
    time.now = 10.0

    with pytest.raises(Trouble, match="too slow for the rest"):
        patience.run(lambda: pytest.fail("It was begun."))


def test_a_server_that_does_not_answer_is_not_waited_for(gitlab: GitLab, ada: User) -> None:
    gitlab.project("ada/own", ada)
    gitlab.fail("POST", HOOKS, 502, times=1_000, until=threading.Event())
    patience = Time().patience(request_s=0.5)

    outcomes = register(settings(gitlab), ada.email, wanted("tok_1"), UnderWay(), patience)

    assert whys(outcomes) == {"ada/own": "GitLab does not answer in time"}


def test_a_server_that_is_not_there_is_said(gitlab: GitLab, ada: User) -> None:
    gitlab.url = "http://localhost:1"

    assert trouble(gitlab, ada) == "GitLab cannot be reached"


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("gitlab.example", "The address of GitLab is none that can be asked"),
        ("ftp://gitlab.example", "The address of GitLab is none that can be asked"),
        ("http://", "The address of GitLab is none that can be asked"),
    ],
)
def test_an_address_that_is_none_is_said(gitlab: GitLab, ada: User, address: str, sentence: str) -> None:
    gitlab.url = address

    assert trouble(gitlab, ada) == sentence


@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        ("glpat-wrong", "it is wrong, revoked or expired"),
        ("glpat-\nwrong", "it has characters that no token has"),
        ("glpät", "it has characters that no token has"),
    ],
)
def test_a_token_that_is_none_is_said(gitlab: GitLab, ada: User, token: str, sentence: str) -> None:
    assert trouble(gitlab, ada, token=token) == f"GitLab does not accept the access token: {sentence}"


def test_a_token_is_pasted_with_its_line_break(gitlab: GitLab, ada: User) -> None:
    gitlab.project("ada/own", ada)
    token = next(iter(gitlab.tokens)) + "\n"

    assert deeds(click(gitlab, ada, wanted("tok_1"), token=token)) == {"ada/own": Deed.CREATED}


def test_a_token_that_may_only_read_says_so(gitlab: GitLab, ada: User) -> None:
    gitlab.project("ada/own", ada)
    token = gitlab.access_token(ada, "read_api")

    outcomes = click(gitlab, ada, wanted("tok_1"), token=token)

    assert whys(outcomes)["ada/own"].startswith("The access token lacks a scope")


@pytest.mark.parametrize("location", ["https://elsewhere.example/api/v4/user", "/users/sign_in", "//evil.example/"])
def test_no_redirect_is_followed_with_the_access_token(gitlab: GitLab, ada: User, location: str) -> None:
    gitlab.fail("GET", "/user", 302, headers={"Location": location}, times=1_000)

    assert trouble(gitlab, ada).startswith("GitLab sends us to another address")
    assert len(gitlab.asked) == 0


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/user", []),
        ("/user", {"id": "one"}),
        ("/user", "text"),
        ("/user", None),
        ("/users", None),
        ("/projects", {}),
        ("/projects", {"id": 1}),
        ("/projects", [{"id": 1}]),
        ("/projects", "text"),
    ],
)
def test_something_else_at_the_address_is_told_apart(gitlab: GitLab, ada: User, path: str, content: Any) -> None:
    gitlab.project("ada/own", ada)
    gitlab.fail("GET", path, 200, content=content, times=1_000)

    assert trouble(gitlab, ada) == "What answers at the address of GitLab is something else"


@pytest.mark.parametrize(
    ("status", "message", "why"),
    [
        (403, "403 Forbidden", "GitLab does not allow it"),
        (403, "403 Forbidden - The project is read-only", "GitLab does not allow it: The project is read-only"),
        (404, "404 Project Not Found", "It is not there, or GitLab does not show it to us"),
        (422, {"base": ["Maximum number of project hooks (100) exceeded"]}, FULL),
        (404, 'Project hook {:base=>["Maximum number of project hooks"]}', FULL),
        (422, "Invalid url given", BLOCKED),
        (422, {"url": ["is blocked: Requests to the local network are not allowed"]}, BLOCKED),
        (400, {}, "GitLab refused it (status 400)"),
        (418, ["a", {"b": ["c"]}, 5, None], "GitLab refused it (status 418): a, c"),
    ],
)
def test_each_refusal_is_said_in_words(gitlab: GitLab, ada: User, status: int, message: Any, why: str) -> None:
    gitlab.project("ada/own", ada)
    gitlab.fail("POST", HOOKS, status, message=message, times=1_000)

    assert whys(click(gitlab, ada, wanted("tok_1"))) == {"ada/own": why}


def test_the_limit_of_gitlab_is_said(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("ada/own", ada)
    gitlab.hooks_max = 1
    gitlab.hook(project, "https://ci.example/")

    assert whys(click(gitlab, ada, wanted("tok_1"))) == {"ada/own": FULL}


def test_an_address_that_gitlab_must_not_send_to_is_said(gitlab: GitLab, ada: User) -> None:
    gitlab.project("ada/own", ada)
    gitlab.blocked_host = "keypost.example"

    assert whys(click(gitlab, ada, wanted("tok_1"))) == {"ada/own": BLOCKED}


def test_a_secret_that_gitlab_repeats_is_not_repeated_by_us(gitlab: GitLab, ada: User) -> None:
    gitlab.project("ada/own", ada)
    gitlab.fail("POST", HOOKS, 422, message=f"bad url {address('tok_1')}&zapikey={secret('tok_1')}", times=1_000)

    [why] = whys(click(gitlab, ada, wanted("tok_1"))).values()

    assert "bad url" in why
    assert secret("tok_1") not in why


def test_a_refusal_as_long_as_a_book_is_cut(gitlab: GitLab, ada: User) -> None:
    gitlab.project("ada/own", ada)
    gitlab.fail("POST", HOOKS, 400, message="no " * 5_000, times=1_000)

    [why] = whys(click(gitlab, ada, wanted("tok_1"))).values()

    assert len(why) < 250


def test_a_webhook_that_goes_while_it_is_rewritten_is_made_anew(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("ada/own", ada)
    click(gitlab, ada, wanted("tok_1"))
    gitlab.fail("PUT", HOOK, 404)
    time = Time(meanwhile=project.hooks.clear)

    outcomes = click(gitlab, ada, wanted("tok_2", "tok_1"), time=time)

    assert deeds(outcomes) == {"ada/own": Deed.CREATED}
    assert works(only(project), "tok_2")


def test_a_hundred_projects_are_done_several_at_a_time(gitlab: GitLab, ada: User) -> None:
    for number in range(100):
        gitlab.project(f"ada/p{number}", ada)
    gitlab.latency_s = 0.02

    outcomes = click(gitlab, ada, wanted("tok_1"))

    assert {outcome.deed for outcome in outcomes} == {Deed.CREATED}
    assert 1 < gitlab.most_at_once <= connection.THREADS


def test_settings_do_not_show_the_token() -> None:
    shown = repr(Settings("https://gitlab.example", Secret("glpat-canary")))

    assert "canary" not in shown


@given(
    attempt=st.integers(2, 10),
    asked=st.none() | st.floats(0, 1e6),
    left_s=st.floats(-1e3, 1e3),
    passes=st.booleans(),
)
def test_the_wait_before_another_try_is_bounded(attempt: int, asked: float | None, left_s: float, passes: bool) -> None:
    wait_s = wait_before(attempt, Trouble("", passes=passes, wait_s=asked), left_s)

    if wait_s is None:
        return
    assert passes
    assert attempt <= ATTEMPTS
    assert 0 <= wait_s <= min(WAIT_MAX_S, left_s)
    assert asked is None or wait_s == asked


def test_without_an_address_nobody_is_asked_in_its_place() -> None:
    with pytest.raises(Trouble, match="No address of GitLab is set"):
        connection.connect(Settings(access_token=Secret("glpat-canary")), 1.0)
