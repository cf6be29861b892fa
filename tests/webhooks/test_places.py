"""Every address that takes a post, and where it leads: P1 to P4 and P9 of the wire, in both versions."""

import asyncio
from typing import Any
from urllib.parse import quote

import pytest
from msgspec.structs import replace
from tests.files.forms import body, comments, content_type, file
from tests.people import Answer, Tool
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import Chat, ChatKind, Party, PartyKind
from keypost.ids import show_channel
from keypost.people import service as people
from keypost.people.model import Role

SLIDE = {"type": "text", "data": "All green"}
CARD = {"text": "Build 7", "card": {"title": "Passed", "theme": "modern-inline"}, "slides": [SLIDE]}
PATHS = {
    "a channel by its unique name": "channelsbyname/general/{}",
    "a channel by its id": "channels/{channel}/{}",
    "a chat": "chats/{chat}/{}",
    "a chat by its number": "chats/{number}/{}",
}


@pytest.mark.parametrize("with_company", [False, True])
@pytest.mark.parametrize("version", ["v2", "v3"])
@pytest.mark.parametrize("named", PATHS)
async def test_every_address_of_a_channel_leads_to_it(
    world: World, named: str, version: str, with_company: bool
) -> None:
    standup, general = await world.tool(), world.chat("#general")
    real = {"channel": show_channel(general.id), "chat": general.shown_id, "number": general.id}
    path = PATHS[named].format("message" if version == "v2" else "messages", **real)
    company = f"/company/{world.org_id}" if with_company else ""

    plain = await standup.carry(f"{company}/api/{version}/{path}", {"text": "Hello"})
    named_back = await standup.carry(f"{company}/api/{version}/{path}", {"text": "Hello", "sync_message": True})

    assert (plain.status, plain.body) == (204, b"")
    assert named_back.status == 200
    assert [message.content.text for message in await world.messages_in("#general")] == ["Hello", "Hello"]
    (_, second) = (await world.ada.read(general.shown_id)).json["data"]
    assert named_back.json == {"message_id": second["id"]}


@pytest.mark.parametrize("path", ["chats/{}/message", "channels/{}/message", "channelsbyname/{}/message"])
@pytest.mark.parametrize("place", ["O1", "CT_1_1", "CT_1_1-T-1", "1", "99999999999999999999", "O", "-1"])
async def test_a_place_that_is_not_there_is_not_found(lasting_world: World, path: str, place: str) -> None:
    standup = await lasting_world.tool()

    answer = await standup.carry("/api/v2/" + path.format(place), {"text": "Hello"})

    assert answer.status == 404
    assert answer.refused_with in {"chat_not_found", "channel_not_found"}
    await lasting_world.revoke(standup)


TAKES_AN_ID = "this address takes an id, O…. A unique name goes to /channelsbyname/{name}."


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("v3/channels/builds/messages", f'There is no channel "builds" here: {TAKES_AN_ID}'),
        ("v3/channels/O1/messages", 'There is no channel "O1".'),
        ("v2/channelsbyname/%23builds/message", 'There is no channel "#builds". A name is written without #.'),
        ("v2/channelsbyname/bilds/message", 'There is no channel "bilds".'),
    ],
)
async def test_a_place_that_is_written_otherwise_is_told_how(lasting_world: World, path: str, sentence: str) -> None:
    standup = await lasting_world.tool()

    answer = await standup.carry("/api/" + path, {"text": "Hello"})

    assert (answer.status, answer.json) == (404, {"code": "channel_not_found", "message": sentence})
    await lasting_world.revoke(standup)


async def test_a_direct_chat_is_no_channel_whatever_its_number_is_called(world: World) -> None:
    standup = await world.tool()

    answer = await standup.carry(f"/api/v2/channels/{show_channel(world.chat('direct').id)}/message", {"text": "Hi"})

    assert (answer.status, answer.refused_with) == (404, "channel_not_found")


async def test_the_card_page_of_the_newer_wire_answers_with_the_message(world: World) -> None:
    standup = await world.tool()

    answer = await standup.carry("/api/v3/channels/builds/message", CARD)

    assert answer.status == 200
    (row,) = (await world.ada.read(world.id_of("#builds"))).json["data"]
    assert answer.json == {
        "url": f"/api/v3/chats/{world.id_of('#builds')}/messages",
        "type": "message",
        "data": {"id": row["id"], "text": "Build 7", "card": CARD["card"], "slides": [SLIDE]},
    }


@pytest.mark.parametrize("by", ["email", "EMAIL", "id", "as a chat"])
async def test_a_person_is_reached_in_the_direct_chat_with_them(world: World, by: str) -> None:
    standup, grace = await world.tool(), world.grace.person

    answers = [await write_to(standup, grace, by, f"Number {number}") for number in range(2)]

    assert [answer.status for answer in answers] == [204, 204]
    assert await world.texts_in("direct") == ["Number 0", "Number 1"]


async def test_the_direct_chat_is_made_for_the_first_message_once(world: World) -> None:
    standup, alan = await world.tool(), world.alan.person

    answers = await asyncio.gather(*(write_to(standup, alan, "email", f"Number {number}") for number in range(8)))

    assert {answer.status for answer in answers} == {204}
    (made,) = [place for place in directs(world) if alan.id in place.person_ids]
    assert made.person_ids == {world.ada.person.id, alan.id}
    assert len((await world.alan.read(made.shown_id)).json["data"]) == 8


@pytest.mark.parametrize("person", ["nobody@example.com", "1", "someone of elsewhere", "one who left"])
async def test_nobody_is_reached_who_is_not_there(world: World, person: str) -> None:
    standup = await world.tool()
    if person == "someone of elsewhere":
        person = str((await world.foreigner()).person.id)
    elif person == "one who left":
        await world.deactivate(world.alan)
        person = world.alan.person.email

    answer = await standup.carry(f"/api/v2/buddies/{person}/message", {"text": "Hello"})

    assert (answer.status, answer.refused_with) == (404, "person_not_found")
    assert len(directs(world)) == 1


@pytest.mark.parametrize("said", ["{@all} come here", "a secret"])
@pytest.mark.parametrize("path", ["buddies/{alan}/message", "buddies/{alan}/files", "bots/standup/message"])
async def test_what_is_refused_opens_no_chat_either(world: World, path: str, said: str) -> None:
    app = await world.extension()
    standup = await world.tool(app)
    text, address = (standup.secret if said == "a secret" else said), path.format(alan=world.alan.person.id)
    before = world.server.chats.ids_of(world.org_id, world.alan.person.id)

    if path.endswith("files"):
        form = [file(b"x"), comments(text)]
        answer = await standup.carry(f"/api/v2/{address}", body(form), [content_type()])
    else:
        answer = await standup.carry(f"/api/v2/{address}?appkey={app.appkey}", {"text": text, "broadcast": True})

    assert answer.refused_with in {"mention_not_allowed", "secret_in_message"}
    assert world.server.chats.ids_of(world.org_id, world.alan.person.id) == before


async def test_a_guest_reaches_only_those_with_whom_they_share_a_chat(world: World) -> None:
    newcomer = replace(world.alan.person, email="guest@example.com", role=Role.GUEST)
    newcomer = replace(newcomer, id=await world.write(lambda tx: tx.new_id()))
    await world.write(people.add_person, world.server.people, newcomer)
    guest = await world.visitor(newcomer)
    standup = await world.tool(owner=guest, origin=None)

    alone = await write_to(standup, world.grace.person, "email", "Hello")
    party = Party(PartyKind.PERSON, newcomer.id)
    await world.write(chat.add_member, world.server.chats, world.chat("#builds"), party)
    together = await write_to(standup, world.grace.person, "email", "Hello")
    further = await write_to(standup, world.alan.person, "email", "Hello")

    assert (alone.status, alone.refused_with) == (404, "person_not_found")
    assert together.status == 204
    assert (further.status, further.refused_with) == (404, "person_not_found")


@pytest.mark.parametrize(("value", "status"), [("true", 204), ("False", 204), ("yes", 400), ("", 400)])
async def test_mark_as_read_is_a_switch_in_the_address(world: World, value: str, status: int) -> None:
    standup = await world.tool()

    answer = await standup.say("#general", "Hello", query=f"?mark_as_read={value}&whatever=else")

    assert answer.status == status


@pytest.mark.parametrize(("value", "status"), [(True, 204), ("False", 204), ("yes", 400), (1, 400)])
async def test_mark_as_read_is_a_switch_in_the_body(world: World, value: object, status: int) -> None:
    standup = await world.tool()

    answer = await standup.say(world.id_of("direct"), {"text": "Hello", "mark_as_read": value})

    assert answer.status == status


@pytest.mark.parametrize("name", ["appkey", "extension_key"])
async def test_a_key_beside_the_bot_of_an_extension_must_be_that_extensions(world: World, name: str) -> None:
    app = await world.extension()
    standup, bot = await world.tool(app), world.server.chats.find_bot_of_app(world.org_id, app.id)
    assert bot is not None
    await world.write(chat.add_member, world.server.chats, world.chat("#builds"), Party(PartyKind.BOT, bot.id))

    taken = await standup.say("#builds", "Mine", query=f"?bot_unique_name=standup&{name}={app.appkey}")
    refused = await standup.say("#builds", "Mine", query=f"?bot_unique_name=standup&{name}=sbx-1")

    assert taken.status == 204
    assert (refused.status, refused.refused_with) == (401, "invalid_appkey")


async def write_to(tool: Tool, person: Any, by: str, text: str) -> Answer:
    named = {"email": person.email, "EMAIL": person.email.upper()}.get(by, str(person.id))
    kind = "chats" if by == "as a chat" else "buddies"
    return await tool.carry(f"/api/v2/{kind}/{quote(named)}/message", {"text": text})


def directs(world: World) -> list[Chat]:
    mine = world.server.chats.list_of(world.org_id, world.ada.person.id)
    return [place for place in mine if place.kind is ChatKind.DIRECT]
