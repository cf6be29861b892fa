from typing import Any

import pytest
from gitlab_world import ENGINE, IN_ENGINE, addresses, shown, text_slide

LINK = f"[!42 Compute to fifty digits]({ENGINE}/-/merge_requests/42)"


def test_a_merge_request_says_who_did_what() -> None:
    message = shown("merge_request")

    assert message.text == f"*Grace Hopper* opened merge request {LINK} {IN_ENGINE}"
    assert message.card is not None
    assert message.card.title == "!42 Compute to fifty digits"
    assert text_slide(message).split("\n") == [
        "`fifty-digits` → `main`",
        "State: opened",
        "Assigned to: Grace Hopper",
        "Reviewed by: Ada Lovelace",
    ]
    assert addresses(message) == {
        "Open merge request": f"{ENGINE}/-/merge_requests/42",
        "Changes": f"{ENGINE}/-/merge_requests/42/diffs",
        "Open project": ENGINE,
    }


@pytest.mark.parametrize(
    ("changes", "deed"),
    [
        ({"action": "close"}, "closed"),
        ({"action": "reopen"}, "reopened"),
        ({"action": "merge"}, "merged"),
        ({"action": "approval"}, "approved"),
        ({"action": "unapproved"}, "withdrew the approval of"),
        ({"action": "update"}, "updated"),
        ({"action": "update", "oldrev": "0d9c8b7a6f5e4d3c2b1a09f8e7d6c5b4a3928170"}, "pushed to"),
        ({"action": None}, "changed"),
        ({"action": "something_new"}, "changed"),
    ],
)
def test_each_action_has_its_verb(changes: dict[str, Any], deed: str) -> None:
    message = shown("merge_request", {"object_attributes": changes})

    assert message.text == f"*Grace Hopper* {deed} merge request {LINK} {IN_ENGINE}"


def test_a_fork_is_named() -> None:
    fork = {"source_project_id": 99, "source": {"path_with_namespace": "grace/engine"}}

    message = shown("merge_request", {"object_attributes": fork})

    assert text_slide(message).startswith("`grace/engine:fifty-digits` → `main`\n")


def test_a_draft_is_called_one() -> None:
    message = shown("merge_request", {"object_attributes": {"draft": True}, "assignees": [], "reviewers": []})

    assert text_slide(message) == "`fifty-digits` → `main`\nState: opened, draft"


def test_of_many_people_some_are_named() -> None:
    people = [{"name": f"P{number}"} for number in range(8)]

    message = shown("merge_request", {"assignees": people, "reviewers": []})

    assert text_slide(message).endswith("\nAssigned to: P0, P1, P2, P3, P4 and 3 more")
