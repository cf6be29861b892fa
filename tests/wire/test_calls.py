"""What reaches an extension, member by member: the bodies of its calls, as the bytes that are signed."""

import json
from typing import Any, Final

from tests.extensions.pressing import button
from tests.webhooks.test_bots import bot_of
from tests.world import World

from keypost.delivery.canonical import canonical
from keypost.extensions import calls
from keypost.extensions.calls import Call
from keypost.extensions.manifest import Permission
from keypost.ids import show_channel, show_message
from keypost.people.model import Person

EVERYTHING: Final = frozenset(Permission)
NOW: Final = 1_700_000_000_000
LATE: Final = "https://keypost.example/v2/extensions/1001/responses/1"
AGENT: Final = "Firefox"


async def test_a_pressed_button_is_told_as_the_wire_tells_it(world: World) -> None:
    standup, ada, place = await world.tool(), world.ada.person, world.chat("#builds")
    own = {"issue": "12", "key": "theirs", "input": "theirs"}
    await standup.say("#builds", {"text": "*Now*", "buttons": [button(hint="Go", type="+", key="k1", arguments=own)]})
    (message,) = await world.messages_in("#builds")
    pressed = message.content.buttons[0]

    call = calls.button(world.server.addresses, ada, place, message, pressed, "note", "why", AGENT, EVERYTHING)

    assert sent(call) == {
        "name": "note",
        "handler": {"type": "button_handler"},
        "type": "function",
        "timestamp": NOW,
        "response_url": LATE,
        "params": {
            "environment": environment(world),
            "access": {**access(world), "chat_id": place.shown_id, "message_id": show_message(message.id)},
            "user": user(ada),
            "chat": {
                "id": place.shown_id,
                "owner": "",
                "type": "channel",
                "chat_type": "channel",
                "title": place.title,
                "members": [],
                "recent_messages": [],
                "channel_unique_name": "builds",
                "channel_id": show_channel(place.id),
            },
            "message": {
                "is_read": False,
                "sender": {"id": str(ada.id), "first_name": "Ada Lovelace"},
                "time": str(message.at),
                "text": "Now\n[Press]",
                "type": "text",
                "id": show_message(message.id),
            },
            "target": {"name": "Press", "label": "Press", "hint": "Go", "key": "k1", "type": "+"},
            "event": "click",
            "arguments": {"issue": "12", "key": "k1", "input": "why"},
        },
    }


async def test_a_typed_command_is_told_as_the_wire_tells_it(world: World) -> None:
    ada, place = world.ada.person, world.chat("direct")

    call = calls.command(world.server.addresses, ada, place, "standup", "tell  me", AGENT, EVERYTHING)

    body = sent(call)
    assert (body["name"], body["handler"], body["type"]) == ("standup", {"type": "execution_handler"}, "command")
    assert body["params"].pop("chat")["type"] == "dm"
    assert body["params"] == {
        "environment": environment(world),
        "access": {**access(world), "chat_id": place.shown_id},
        "user": user(ada),
        "arguments": "tell  me",
        "options": {},
        "selections": [],
        "mentions": [],
    }


async def test_an_event_for_a_bot_is_told_as_the_wire_tells_it(world: World) -> None:
    app, ada = await world.extension(), world.ada.person
    request = {"headers": {"x-event": "Push"}, "params": {"a": "b"}, "body": '{"a": 1.0}', "http_method": "POST"}

    to_bot = calls.incoming(world.server.addresses, app, bot_of(world, app), ada, None, request, EVERYTHING)
    to_app = calls.incoming(world.server.addresses, app, None, ada, None, request, EVERYTHING)

    told = {"environment": environment(world), "access": {**access(world), "user_agent": ""}, "user": user(ada)}
    assert sent(to_bot) == {
        "name": "Standup",
        "unique_name": "standup",
        "handler": {"type": "incomingwebhook_handler"},
        "type": "bot",
        "timestamp": NOW,
        "response_url": LATE,
        "params": {**told, "appkey": app.appkey, **request},
    }
    assert (sent(to_app)["type"], sent(to_app)["params"]) == ("extension", sent(to_bot)["params"])


def sent(call: Call) -> Any:
    return json.loads(canonical(call.body(NOW, LATE)))


def environment(world: World) -> dict[str, Any]:
    return {"data_center": "US", "base_url": f"{world.base}/company/{world.org_id}", "tld": ".com"}


def access(world: World) -> dict[str, Any]:
    ada = str(world.ada.person.id)
    return {
        "user_id": ada,
        "zoho_user_id": ada,
        "organization": {"type": "company", "id": str(world.org_id)},
        "user_agent": AGENT,
    }


def user(person: Person) -> dict[str, Any]:
    return {
        "id": str(person.id),
        "zoho_user_id": str(person.id),
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "ada@example.com",
        "admin": True,
        "organization_id": str(person.org_id),
        "timezone": person.timezone,
        "country": person.country,
        "language": person.language,
    }
