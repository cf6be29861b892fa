import json
from typing import Any

import pytest
from gitlab_events import render
from gitlab_world import ENGINE, body

from keypost_sdk import Message

PROJECT = {"path_with_namespace": "analytical/engine", "web_url": ENGINE}


@pytest.mark.parametrize(
    ("event", "sent", "line"),
    [
        (
            "Tag Push Hook",
            {"object_kind": "tag_push", "project": PROJECT},
            f"tag push* in [analytical/engine]({ENGINE})",
        ),
        ("Member Hook", {"event_name": "user_add_to_group", "user_name": 5}, "user add to group*"),
        ("System Hook", {"event_name": "user_create", "name": "Ada"}, "user create*"),
        ("Emoji Hook", {"project": None}, "emoji*"),
        ("Push Hook", {"object_kind": "push", "project": PROJECT}, f"push* in [analytical/engine]({ENGINE})"),
        ("Pipeline Hook", body("pipeline", {"builds": 5, "project": PROJECT}), f"in [analytical/engine]({ENGINE})"),
        ("", {"object_kind": "*_~", "project": 7}, "GitLab: an event without a name"),
    ],
)
def test_an_event_of_another_kind_is_one_line(event: str, sent: dict[str, Any], line: str) -> None:
    message = render(event, json.dumps(sent))

    assert message is not None
    assert message.text.startswith("GitLab: ")
    assert message.text.endswith(line)
    assert message == Message(text=message.text)


@pytest.mark.parametrize(
    "sent", ["", "null", "[]", "5", '"push"', "not json", "{", "{}", '{"a":1}', "[" * 100_000, '"\ud800"']
)
def test_what_is_not_gitlabs_is_no_message(sent: str) -> None:
    assert render("", sent) is None


@pytest.mark.parametrize("sent", ["", "[]", "not json"])
def test_the_header_alone_makes_no_event(sent: str) -> None:
    assert render("Push Hook", sent) is None


def test_a_system_hook_is_known_by_its_body() -> None:
    sent = json.dumps(body("push"))

    assert render("System Hook", sent) == render("Push Hook", sent)
