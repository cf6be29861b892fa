import json
from typing import Any

import pytest
from gitlab_events import render
from gitlab_world import ENGINE, body

from keypost_sdk import Message, Refuse

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


@pytest.mark.parametrize("sent", ["", "null", "[]", "5", '"push"', "not json", "{", "[" * 100_000, '"\ud800"'])
@pytest.mark.parametrize("event", ["", "Push Hook"])
def test_a_body_that_is_no_object_is_refused_whatever_its_header(event: str, sent: str) -> None:
    with pytest.raises(Refuse, match="its body is not a JSON object"):
        render(event, sent)


@pytest.mark.parametrize("sent", ["{}", '{"a":1}', '{"object_kind":null,"event_name":" "}', '{"object_kind":7}'])
def test_an_object_that_nothing_names_is_refused(sent: str) -> None:
    with pytest.raises(Refuse, match="no X-Gitlab-Event header, no object_kind and no event_name"):
        render("", sent)


def test_the_header_alone_makes_an_event() -> None:
    assert render("Push Hook", "{}") == Message(text="GitLab: *push*")


def test_a_system_hook_is_known_by_its_body() -> None:
    sent = json.dumps(body("push"))

    assert render("System Hook", sent) == render("Push Hook", sent)
