"""Whatever arrives at a route that takes a body is taken or refused: it is never a fault of ours."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.messages.samples import FULL, places, with_changed
from tests.people import Tool
from tests.world import World

TEXTS = st.text(st.characters(), max_size=30)  # With halves of surrogate pairs, and NUL.
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.just("x" * 6000)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)
NEARLY_GOOD = st.builds(with_changed, st.just(FULL), st.sampled_from(list(places(FULL))), VALUES)
CALLS = st.builds(
    lambda extra, known: known | extra,
    st.dictionaries(st.sampled_from(["text", "button", "nonce", "choice", "output", "type", "answer"]), VALUES),
    st.sampled_from([{}, {"text": "/standup x"}, {"button": "buttons[0]"}, {"nonce": "n", "choice": "replace"}]),
)
JSON = (VALUES | NEARLY_GOOD | CALLS).map(lambda value: json.dumps(value).encode())
BODIES = JSON | JSON.map(lambda body: body[: len(body) // 2]) | st.binary(max_size=60)

ROUTES = [
    "/api/v2/channelsbyname/general/message",
    "/api/v2/chats/{chat}/message",
    "/api/v2/applications/{app}/incoming?appkey={key}",
    "/api/v2/bots/standup/incoming?appkey={key}",
    "/api/v3/bots/standup/incoming?appkey={key}",
    "/api/v2/bots/standup/associate?appkey={key}",
    "/chats/{chat}/say",
    "/chats/{chat}/messages/{message}/press",
    "/dialogs/accept",
    "/dialogs/reveal",
    "/v2/extensions/{app}/responses/1",
]


@pytest.mark.parametrize("route", ROUTES)
@settings(max_examples=25)
@given(body=BODIES)
async def test_no_body_is_a_fault(lasting_world: World, route: str, body: bytes) -> None:
    standup = await lasting_world.standing_tool()
    path = await address(lasting_world, standup, route)
    headers = [("X-Keypost-Token", standup.secret)] if route.startswith("/api/") else []

    answer = await lasting_world.ada.post(path, body, headers)

    assert answer.status < 500, answer.text
    if answer.status >= 400:
        assert answer.json.keys() == {"message", "code"}
        assert len(answer.body) < 5_000


async def address(world: World, standup: Tool, route: str) -> str:
    """Where a message is named, it is a new one whose buttons can be pressed."""
    shown, app = "", standup.app
    if "{message}" in route:
        shown = (await standup.say("#general", FULL)).json["message_id"]
    return route.format(chat=world.id_of("#general"), app=app.id, key=app.appkey, message=shown)
