"""P1 and P3 of the wire: a tool posts to a channel by name, or to a chat."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.messages.samples import FULL, LINK_BUTTON, TOKEN_BUTTON, with_changed
from tests.people import Answer, Tool, posting_path
from tests.world import World

from keypost.web.body import MESSAGE_MAX

GENERAL = posting_path("#general")


@pytest.mark.parametrize("named", ["#builds", "direct"])
@pytest.mark.parametrize("in_company", [False, True])
async def test_a_message_arrives_at_every_form_of_the_address(world: World, named: str, in_company: bool) -> None:
    standup = await world.tool()
    place = named if named.startswith("#") else world.id_of(named)

    answer = await standup.say(place, "Hello", company=world.org_id if in_company else None)

    assert (answer.status, answer.body) == (204, b"")
    assert await world.texts_in(named) == ["Hello"]


@pytest.mark.parametrize("company", ["1", "x", "0", "99999999999999999999999", "%2B1"])
async def test_another_companys_address_is_refused(lasting_world: World, company: str) -> None:
    standup = await lasting_world.tool()

    answer = await standup.say("#general", "Hello", company=company)

    assert (answer.status, answer.refused_with) == (403, "invalid_access")


async def test_the_whole_of_a_message_is_read_back_without_what_is_not_shown(world: World) -> None:
    standup = await world.tool()

    posted = await standup.say("#builds", FULL)

    assert posted.status == 200
    (row,) = (await world.grace.read(world.id_of("#builds"))).json["data"]
    shown = {key: value for key, value in FULL.items() if key != "sync_message"}
    assert row["content"] == without_owners(shown)
    assert row["sender"] == {"name": "Ada Lovelace", "id": f"{world.ada.person.id}"}
    assert (row["type"], row["time"], row["id"]) == ("card", world.clock.now, posted.json["message_id"])


async def test_a_bots_message_has_no_id_to_answer_with(world: World) -> None:
    standup = await world.tool()

    answer = await standup.say("#builds", {"text": "Hi", "sync_message": True}, query="?bot_unique_name=buildbot")

    assert answer.status == 204
    (row,) = (await world.ada.read(world.id_of("#builds"))).json["data"]
    assert row["sender"]["name"] == "Build Bot"
    assert row["sender"]["id"].startswith("b-")


@pytest.mark.parametrize(
    ("place", "query", "status", "code"),
    [
        ("#nowhere", "", 404, "channel_not_found"),
        ("CT_1_1", "", 404, "chat_not_found"),
        ("CT_x", "", 404, "chat_not_found"),
        ("#general", "?bot_unique_name=nobody", 404, "bot_not_found"),
        ("#quiet", "?bot_unique_name=buildbot", 403, "bot_not_channel_member"),
    ],
)
async def test_a_place_where_the_sender_cannot_post_is_refused(
    world: World, place: str, query: str, status: int, code: str
) -> None:
    standup = await world.tool()
    await world.channel("quiet", world.ada)

    answer = await standup.say(place, "Hello", query=query)

    assert (answer.status, answer.refused_with) == (status, code)


async def test_a_channel_without_the_owner_is_refused(world: World) -> None:
    alans = await world.tool(owner=world.alan, origin="#general")

    answer = await alans.say("#builds", "Hello")

    assert (answer.status, answer.refused_with) == (403, "channel_access_denied")
    assert await world.messages_in("#builds") == []


BAD_BUTTONS = [
    (("label",), "x" * 21, "invalid_inputs", "buttons[0].label has 21 characters; 20 is the most"),
    (("label",), "", "invalid_inputs", "buttons[0].label"),
    (("hint",), "é" * 101, "invalid_inputs", "buttons[0].hint has 101 characters; 100 is the most"),
    (("type",), "!", "invalid_inputs", "buttons[0].type"),
    (("action", "type"), "do.it", "invalid_inputs", "buttons[0].action.type"),
    (("action", "data", "name"), "", "invalid_inputs", "buttons[0].action.data.name"),
    (("action", "data", "owner"), "nobody", "invalid_inputs", "buttons[0].action.data.owner"),
    (("action", "confirm", "title"), "x" * 101, "invalid_inputs", "buttons[0].action.confirm.title has 101"),
    (("action", "confirm", "description"), "x" * 101, "invalid_inputs", "buttons[0].action.confirm.description has"),
    (("action", "confirm", "input"), {"type": "text"}, "invalid_inputs", "buttons[0].action.confirm.input.type"),
]


@pytest.mark.parametrize(("place", "value", "code", "sentence"), BAD_BUTTONS)
@pytest.mark.parametrize("in_slide", [False, True])
async def test_a_bad_button_is_refused_by_path_and_size(
    lasting_world: World, place: tuple[str, ...], value: object, code: str, sentence: str, in_slide: bool
) -> None:
    button = with_changed(TOKEN_BUTTON, place, value)
    body = {"text": "Hi", "buttons": [button]}
    if in_slide:
        body = {"text": "Hi", "slides": [{"type": "text", "data": "x", "buttons": [button]}]}

    answer = await refused(lasting_world, body)

    assert (answer.status, answer.refused_with) == (400, code)
    assert sentence.replace("buttons[0]", "slides[0].buttons[0]" if in_slide else "buttons[0]") in answer.sentence


def nested(depth: int) -> bytes:
    """A message with something that is ignored, of so many levels in all."""
    return b'{"text": "Hi", "more": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


REFUSED = {
    "six buttons": ({"text": "Hi", "buttons": [LINK_BUTTON] * 6}, 400, "invalid_inputs"),
    "no text": ({"buttons": [LINK_BUTTON]}, 400, "param_missing"),
    "blank text": ({"text": " \n"}, 400, "param_missing"),
    "text too long": ({"text": "é" * 5001}, 400, "text_length_exceeded"),
    "text that is a number": ({"text": 5}, 400, "invalid_inputs"),
    "a NUL": ({"text": "a\x00b"}, 400, "invalid_inputs"),
    "a NUL in an unknown key": ({"text": "a", "x\x00": 1}, 400, "invalid_inputs"),
    "half of a surrogate pair": (b'{"text": "a\\ud800b"}', 400, "invalid_inputs"),
    "33 levels": (nested(33), 400, "invalid_inputs"),
    "a thousand levels": (nested(5000), 400, "invalid_inputs"),
    "a number beyond 2^53": (b'{"text": "a", "n": 9007199254740993}', 400, "invalid_inputs"),
    "NaN": (b'{"text": "a", "n": NaN}', 400, "invalid_json"),
    "a list": ([], 400, "invalid_inputs"),
    "nothing": (b"", 400, "invalid_json"),
    "no JSON": (b"text=Hello", 400, "invalid_json"),
    "no UTF-8": (b'{"text": "\xff"}', 400, "invalid_json"),
    "a table row with a foreign key": (
        {"text": "a", "slides": [{"type": "table", "data": {"headers": ["a"], "rows": [{"b": 1}]}}]},
        400,
        "invalid_inputs",
    ),
    "a script as an address": (
        {"text": "a", "buttons": [with_changed(LINK_BUTTON, ("action", "data", "web"), "javascript:alert(1)")]},
        400,
        "invalid_inputs",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_body_that_breaks_a_rule_is_refused_and_not_stored(lasting_world: World, name: str) -> None:
    body, status, code = REFUSED[name]

    answer = await refused(lasting_world, body)

    assert (answer.status, answer.refused_with) == (status, code)


async def test_32_levels_and_five_buttons_and_the_longest_text_are_taken(world: World) -> None:
    standup = await world.tool()

    answers = [
        await standup.say("#general", nested(32)),
        await standup.say("#general", {"text": "Hi", "buttons": [LINK_BUTTON] * 5}),
        await standup.say("#general", "é" * 5000),
    ]

    assert [answer.status for answer in answers] == [204] * 3


async def test_a_body_of_256_kib_is_taken_and_one_byte_more_is_not(world: World) -> None:
    standup = await world.tool()
    full = padded(MESSAGE_MAX)

    taken = await standup.say("#general", full)
    refused = await standup.say("#general", full + b" ")
    unannounced = await streamed(standup, full + b" ")

    assert taken.status == 204
    assert [(answer.status, answer.refused_with) for answer in (refused, unannounced)] == [(413, "body_too_large")] * 2
    assert len(await world.messages_in("#general")) == 1


@pytest.mark.parametrize("coding", ["gzip", "X-GZIP", "br", "identity, gzip"])
async def test_a_compressed_body_is_refused_before_it_is_unpacked(world: World, coding: str) -> None:
    standup = await world.tool()

    answer = await standup.carry(GENERAL, b"\x1f\x8b", [("Content-Encoding", coding)])

    assert (answer.status, answer.refused_with) == (400, "content_encoding_not_supported")


@pytest.mark.parametrize("coding", ["identity", "Identity", ""])
async def test_a_body_of_which_it_is_said_that_it_is_as_it_is_is_taken(world: World, coding: str) -> None:
    standup = await world.tool()

    assert (await standup.carry(GENERAL, {"text": "Hi"}, [("Content-Encoding", coding)])).status == 204


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", "text/plain", "x"])
async def test_json_is_read_whatever_it_is_called(world: World, content_type: str) -> None:
    standup = await world.tool()

    answer = await standup.carry(GENERAL, {"text": "Hello"}, [("Content-Type", content_type)])

    assert answer.status == 204


async def refused(world: World, body: object) -> Answer:
    """Posts what must not be stored."""
    standup = await world.tool()
    before = len(await world.messages_in("#builds"))
    answer = await standup.say("#builds", body)
    assert len(await world.messages_in("#builds")) == before
    await world.revoke(standup)
    return answer


def padded(size: int) -> bytes:
    start = json.dumps({"text": "Hello"}).encode()[:-1] + b', "more": "'
    return start + b"x" * (size - len(start) - 2) + b'"}'


async def streamed(tool: Tool, body: bytes) -> Answer:
    """Sends in pieces, without saying how much is to come."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 60_000):
            yield body[start : start + 60_000]

    headers = {"X-Keypost-Token": tool.secret}
    async with tool.session.post(tool.base + GENERAL, data=pieces(), headers=headers) as got:
        return Answer(got.status, got.headers, await got.read())


def without_owners(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: without_owners(value) for key, value in content.items() if key != "owner"}
    return [without_owners(item) for item in content] if isinstance(content, list) else content
