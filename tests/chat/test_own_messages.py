"""Editing and taking back what one sent: who may, and what is left of it."""

import pytest
from tests.people import Answer, Client, Tool
from tests.world import World

from keypost.caller import Scope
from keypost.db.tables import messages
from keypost.db.tx import Tx
from keypost.events import service as events
from keypost.events.model import Kind

PLAIN = {"text": "Build *7* passed"}


@pytest.mark.parametrize("version", ["v2", "v3"])
@pytest.mark.parametrize("as_bot", [False, True])
async def test_a_token_edits_what_it_posted_itself_in_whatever_name(world: World, version: str, as_bot: bool) -> None:
    standup = await world.tool()
    await standup.say("#builds", "Build 7 runs", query="?bot_unique_name=buildbot" if as_bot else "")
    (shown,) = await ids(world, "#builds")

    answer = await edit(standup, world, "#builds", shown, PLAIN | {"notify_edit": True}, version)

    assert (answer.status, answer.body) == (204, b"")
    (row,) = (await world.ada.read(world.id_of("#builds"))).json["data"]
    assert (row["content"], row["id"], row["edited_time"]) == (PLAIN, shown, world.clock.now)


async def test_a_person_edits_what_stands_under_their_name_however_it_came(world: World) -> None:
    standup, program = await world.tool(), await world.program(world.ada, Scope.POST)
    await standup.say("#builds", "By a tool")
    await world.ada.arrive()
    await world.ada.say(world.id_of("#builds"), "By hand")

    answers = [
        await call(program, program.api_token, "PUT", path(world, "#builds", shown), PLAIN)
        for shown in await ids(world, "#builds")
    ]

    assert [answer.status for answer in answers] == [204, 204]
    assert await world.texts_in("#builds") == [PLAIN["text"]] * 2


@pytest.mark.parametrize("verb", ["PUT", "DELETE"])
@pytest.mark.parametrize("who", ["another token of the same person", "somebody else", "an admin's token"])
async def test_nobody_changes_what_others_sent(world: World, verb: str, who: str) -> None:
    graces = await world.tool(owner=world.grace)
    await graces.say("#builds", "Mine")
    (shown,) = await ids(world, "#builds")
    owner = {"another token of the same person": world.grace, "an admin's token": world.ada}.get(who, world.ada)
    other = await world.tool(owner=owner)

    answer = await carry(other, verb, path(world, "#builds", shown), PLAIN)

    assert (answer.status, answer.refused_with) == (403, "access_denied")
    assert await world.texts_in("#builds") == ["Mine"]


@pytest.mark.parametrize("verb", ["PUT", "DELETE"])
async def test_a_token_changes_nothing_that_its_extension_said_in_its_own_name(world: World, verb: str) -> None:
    standup = await world.tool(await world.running_extension())
    await standup.event(b"Press only what Standup shows")
    (shown,) = await ids(world, "#builds")

    answer = await carry(standup, verb, path(world, "#builds", shown), PLAIN)

    assert (answer.status, answer.refused_with) == (403, "access_denied")
    assert await world.texts_in("#builds") == ["event: Press only what Standup shows"]


async def test_an_admin_in_person_takes_back_anybodys_and_rewrites_nobodys(world: World) -> None:
    graces = await world.tool(owner=world.grace)
    await graces.say("#builds", "Mine")
    (shown,) = await ids(world, "#builds")
    admin, poster = await world.program(world.ada), await world.program(world.ada, Scope.POST)
    place = path(world, "#builds", shown)

    rewritten = await call(admin, admin.api_token, "PUT", place, PLAIN)
    without_scope = await call(poster, poster.api_token, "DELETE", place)
    taken_back = await call(admin, admin.api_token, "DELETE", place)

    assert [answer.status for answer in (rewritten, without_scope, taken_back)] == [403, 403, 204]
    assert await world.texts_in("#builds") == []


async def test_what_was_taken_back_is_nowhere_any_more(world: World) -> None:
    standup = await world.tool()
    await standup.say("#builds", "A canary that sings")
    (shown,) = await ids(world, "#builds")
    place = path(world, "#builds", shown)
    await world.ada.arrive()

    answers = [await carry(standup, "DELETE", place) for _ in range(2)]
    edited = await carry(standup, "PUT", place, PLAIN)
    one = await world.ada.get(place, [("Authorization", f"Bearer {world.ada.api_token}")])
    page = await world.ada.get(f"/chats/{world.id_of('#builds')}", [("Accept", "text/html")])
    stored = await world.read(contents)

    assert [answer.status for answer in answers] == [204, 204]
    assert (edited.status, edited.refused_with) == (404, "message_not_found")
    assert (one.status, one.refused_with) == (404, "message_not_found")
    assert await ids(world, "#builds") == []
    assert shown not in page.text
    assert stored == ["{}"]


async def test_whoever_shows_an_answer_hears_of_what_becomes_of_the_message_it_quotes(world: World) -> None:
    standup = await world.tool()
    await standup.say("#builds", "As it was")
    (shown,) = await ids(world, "#builds")
    await standup.say("#builds", {"text": "Is it?", "reply_to": shown})
    question, answer = [message.id for message in await world.messages_in("#builds")]
    newest = world.server.hub.newest(world.org_id)

    await edit(standup, world, "#builds", shown, PLAIN)
    await carry(standup, "DELETE", path(world, "#builds", shown))

    happened = await world.read(events.list_after, world.org_id, newest)
    assert [(event.kind, event.subject_id) for event in happened] == [
        (Kind.MESSAGE_EDITED, question),
        (Kind.MESSAGE_TOUCHED, answer),
        (Kind.MESSAGE_DELETED, question),
        (Kind.MESSAGE_TOUCHED, answer),
    ]


@pytest.mark.parametrize("body", [{}, {"text": "x" * 5001}, {"text": "Hi", "buttons": [{}]}, [], b"{"])
async def test_an_edit_that_breaks_a_rule_changes_nothing(world: World, body: object) -> None:
    standup = await world.tool()
    await standup.say("#builds", "As it was")
    (shown,) = await ids(world, "#builds")

    answer = await carry(standup, "PUT", path(world, "#builds", shown), body)
    leak = await carry(standup, "PUT", path(world, "#builds", shown), {"text": standup.secret})

    assert answer.status == 400
    assert leak.refused_with == "secret_in_message"
    (row,) = (await world.ada.read(world.id_of("#builds"))).json["data"]
    assert row["content"] == {"text": "As it was"}
    assert "edited_time" not in row


@pytest.mark.parametrize("verb", ["PUT", "DELETE", "GET"])
@pytest.mark.parametrize("shown", ["1_1", "x", "1700000000000%200", "of another chat"])
async def test_a_message_that_is_not_of_this_chat_is_not_found(world: World, verb: str, shown: str) -> None:
    standup = await world.tool()
    if shown == "of another chat":
        await standup.say("#general", "Hello")
        (shown,) = await ids(world, "#general")

    if verb == "GET":
        answer = await call(world.ada, world.ada.api_token, verb, path(world, "#builds", shown))
    else:
        answer = await carry(standup, verb, path(world, "#builds", shown), PLAIN)

    assert (answer.status, answer.refused_with) == (404, "message_not_found")


@pytest.mark.parametrize("version", ["v2", "v3"])
async def test_one_message_is_read_with_what_it_answers(world: World, version: str) -> None:
    standup = await world.tool()
    await standup.say("#builds", "Why?")
    (asked,) = await ids(world, "#builds")
    spelled = asked.replace("_", " ")
    answered = (await standup.say("#builds", {"text": "So", "reply_to": spelled, "sync_message": True})).json

    answer = await call(world.ada, world.ada.api_token, "GET", path(world, "#builds", answered["message_id"], version))

    row = answer.json["data"]
    assert (row["content"], row["reply_to"], row["id"]) == ({"text": "So"}, asked, answered["message_id"])


async def ids(world: World, place: str) -> list[str]:
    return [row["id"] for row in (await world.ada.read(world.id_of(place))).json["data"]]


async def edit(tool: Tool, world: World, place: str, shown: str, body: object, version: str = "v2") -> Answer:
    return await carry(tool, "PUT", path(world, place, shown, version), body)


async def carry(tool: Tool, verb: str, address: str, body: object = None) -> Answer:
    sent = body if verb == "PUT" else None
    return await tool.send(verb, address, sent, [("X-Keypost-Token", tool.secret)])


async def call(client: Client, api_token: str, verb: str, address: str, body: object = None) -> Answer:
    return await Client.send(client, verb, address, body, [("Authorization", f"Bearer {api_token}")])


def path(world: World, place: str, shown: str, version: str = "v2") -> str:
    return f"/api/{version}/chats/{world.id_of(place)}/messages/{shown}"


def contents(tx: Tx) -> list[str]:
    return [row.content for row in tx.all(messages.select())]
