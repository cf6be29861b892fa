"""A merge request and a pipeline as one message each, which says how it stands."""

import json
from typing import Any

import msgspec
import pytest
from gitlab_events import render
from gitlab_events.kinds import Wishes
from gitlab_world import ENGINE, FIXTURES, IN_ENGINE, REPLY, body, cases, header, text_slide

from keypost_sdk import Reply

ONGOING = [case for case in cases() if case.startswith(("merge_request", "pipeline"))]
LINK = f"[!42 Compute to fifty digits]({ENGINE}/-/merge_requests/42)"


def so_far(name: str, changes: dict[str, Any] | None = None) -> Reply:
    message = render("", json.dumps(body(name, changes)), Wishes())
    assert isinstance(message, Reply)
    return message


@pytest.mark.parametrize("case", ONGOING)
def test_each_body_becomes_the_reply_beside_it(case: str) -> None:
    message = render(header(case), json.dumps(body(case)), Wishes())

    expected = FIXTURES / f"{case}{REPLY}"
    found = msgspec.json.format(msgspec.json.encode(message), indent=2).decode()
    assert expected.exists(), f"Nobody has read this reply yet. If it is right, save it as {expected.name}:\n{found}"
    assert json.loads(found) == json.loads(expected.read_text(encoding="utf-8"))


def test_no_reply_is_left_without_a_body() -> None:
    assert {path.name.removesuffix(REPLY) for path in FIXTURES.glob(f"*{REPLY}")} == set(ONGOING)


def test_all_that_is_said_of_one_merge_request_has_one_key() -> None:
    keys = {so_far(case).collapse_key for case in ONGOING if case.startswith("merge_request")}

    assert keys == {"merge_request:15:42"}


def test_all_steps_of_one_pipeline_have_one_key() -> None:
    keys = {so_far("pipeline", {"object_attributes": {"status": step}}).collapse_key for step in ("created", "failed")}

    assert keys == {"pipeline:15:310"}


@pytest.mark.parametrize(
    "changes", [{"project": {"id": 16}}, {"object_attributes": {"iid": 43}}, {"project": {"id": 151}}]
)
def test_another_merge_request_has_another_key(changes: dict[str, Any]) -> None:
    assert so_far("merge_request", changes).collapse_key != "merge_request:15:42"


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({"state": "opened"}, "*open*"),
        ({"state": "opened", "draft": True}, "*open*, a draft"),
        ({"state": "merged", "draft": True}, "*merged*"),
        ({"state": "closed"}, "*closed*"),
        ({"state": "locked"}, "*being merged*"),
        ({"state": None}, "*changed*"),
    ],
)
def test_a_merge_request_says_how_it_stands(changes: dict[str, Any], standing: str) -> None:
    message = so_far("merge_request", {"object_attributes": changes})

    assert message.text == f"Merge request {LINK} {IN_ENGINE} is {standing}"


def test_it_says_what_was_the_last_that_happened_and_what_the_reviewers_think() -> None:
    reviewers = [
        {"name": "Ada Lovelace", "state": "requested_changes"},
        {"name": "Mary Somerville", "state": "unreviewed"},
        {"username": "charles", "state": 7},
    ]

    message = so_far("merge_request__approved", {"reviewers": reviewers})

    lines = text_slide(message).split("\n")
    assert "Reviewed by: Ada Lovelace (requested changes), Mary Somerville, charles" in lines
    assert lines[-1] == "Last: *Ada Lovelace* approved it"


def test_of_many_reviewers_some_are_named() -> None:
    message = so_far("merge_request", {"reviewers": [{"name": f"P{number}"} for number in range(8)]})

    assert "\nReviewed by: P0, P1, P2, P3, P4 and 3 more\n" in text_slide(message)


@pytest.mark.parametrize("status", ["created", "pending", "running", "success", "failed", "canceled"])
def test_a_pipeline_is_shown_from_its_first_step_on(status: str) -> None:
    message = so_far("pipeline", {"object_attributes": {"status": status, "duration": None}})

    word = "passed" if status == "success" else status
    assert message.text.startswith(
        f"Pipeline [#310]({ENGINE}/-/pipelines/310) *{word}* on `fifty-digits` {IN_ENGINE}\n"
    )


@pytest.mark.parametrize("number", [None, 0, -1, 2**70, True, "15"])
def test_where_no_project_is_known_each_event_has_a_message_of_its_own(number: Any) -> None:
    request, pipeline, under_way = (
        render("", json.dumps(body(name, {"project": {"id": number}})), Wishes())
        for name in ("merge_request", "pipeline", "pipeline__running")
    )

    assert request is not None
    assert request.text.startswith("*Grace Hopper* opened merge request ")
    assert not isinstance(request, Reply)
    assert not isinstance(pipeline, Reply)
    assert under_way is None
