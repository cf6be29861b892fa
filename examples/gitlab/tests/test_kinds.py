"""What the owner of a token chooses to see."""

import json
import tomllib
from typing import Any

import pytest
from gitlab_events import EVENTS, render
from gitlab_events.kinds import KINDS, USUAL, Wishes, kind_of
from gitlab_world import HOME, body, cases, header


def declared() -> dict[str, Any]:
    manifest = tomllib.loads((HOME / "extension.toml").read_text(encoding="utf-8"))
    return {setting["name"]: setting for setting in manifest["token"]["settings"]}


def test_the_dialog_offers_each_kind_and_has_the_usual_ones_on() -> None:
    offered = declared()["events"]

    assert {option["value"]: option["title"] for option in offered["options"]} == {
        name: kind.title for name, kind in KINDS.items()
    }
    assert set(offered["default"]) == USUAL
    assert declared()["one_message"]["default"] is Wishes().one_message


def test_every_event_that_we_know_is_of_a_kind_that_can_be_chosen() -> None:
    assert {name for name in EVENTS if kind_of(name) == "others"} == set()


def test_no_event_and_no_switch_is_of_two_kinds() -> None:
    events = [event for kind in KINDS.values() for event in kind.events]
    switches = [switch for kind in KINDS.values() for switch in kind.switches]

    assert len(events) == len(set(events))
    assert len(switches) == len(set(switches))


@pytest.mark.parametrize("case", cases())
def test_an_event_is_shown_if_its_kind_is_wished_and_not_if_all_others_are(case: str) -> None:
    sent = body(case)
    kind = kind_of(sent.get("object_kind") or sent.get("event_name") or header(case), sent.get("event_type"))
    everything = frozenset(KINDS)

    wished = render(header(case), json.dumps(sent), Wishes(frozenset({kind}), one_message=True))
    not_wished = render(header(case), json.dumps(sent), Wishes(everything - {kind}, one_message=True))

    assert (wished is None) == (case == "job__running")
    assert not_wished is None


@pytest.mark.parametrize("case", ["issue__confidential", "note__confidential", "note__internal", "job", "emoji"])
def test_what_is_delicate_or_too_much_is_not_shown_unless_somebody_asks(case: str) -> None:
    sent = json.dumps(body(case))

    assert render(header(case), sent, Wishes.of({})) is None
    assert render(header(case), sent, Wishes.of({"events": list(KINDS)})) is not None


def test_a_kind_of_another_version_is_passed_over() -> None:
    assert Wishes.of({"events": ["pushes", "epics"], "one_message": False}) == Wishes(frozenset({"pushes"}), False)


def test_at_the_webhook_the_usual_kinds_are_on_and_the_others_on_demand() -> None:
    few = Wishes.of({"events": ["pushes"]}).switches
    noisy = Wishes.of({"events": ["jobs", "confidential"]}).switches

    assert few["issues_events"]
    assert not few["job_events"]
    assert not few["confidential_issues_events"]
    assert few | {"job_events": True, "confidential_issues_events": True, "confidential_note_events": True} == noisy
