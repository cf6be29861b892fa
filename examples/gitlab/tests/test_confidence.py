"""What only some may read at GitLab is not read out in a chat."""

import json
from typing import Any

import pytest
from gitlab_events import render
from gitlab_world import body

CANARY = "canary"
SECRET = {"title": CANARY, "description": CANARY, "confidential": True}
SAID = {"note": CANARY}
TITLED = {"title": CANARY, "description": CANARY, "labels": [{"title": CANARY}]}


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("issue", {"object_attributes": SECRET, "labels": [{"title": CANARY}]}),
        ("issue", {"object_attributes": TITLED, "labels": [{"title": CANARY}], "event_type": "confidential_issue"}),
        ("work_item", {"object_attributes": SECRET}),
        ("note", {"object_attributes": SAID, "issue": SECRET}),
        ("note", {"object_attributes": SAID, "issue": TITLED, "event_type": "confidential_note"}),
        ("note", {"object_attributes": SAID | {"internal": True}}),
        ("note__merge_request", {"object_attributes": SAID | {"internal": True}, "event_type": "confidential_note"}),
        ("emoji", {"note": SAID, "issue": SECRET}),
    ],
)
def test_nothing_said_in_confidence_is_in_the_message(name: str, changes: dict[str, Any]) -> None:
    sent = json.dumps(body(name, changes))

    message = render("", sent)

    assert CANARY in sent
    assert message is not None
    assert CANARY not in repr(message)
    assert any(word in message.text for word in ("confidential", "internal"))


def test_an_internal_comment_still_says_on_what() -> None:
    message = render("", json.dumps(body("note__internal")))

    assert message is not None
    assert "The carry stops at the fourth wheel" in message.text
