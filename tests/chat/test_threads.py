"""Threads on messages: opened, continued, closed, reopened; whoever is in the chat is in its threads."""

import asyncio
from typing import Any

import pytest
from tests.people import Answer, Tool
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import Bot, Chat, ChatKind, Party, PartyKind

BOT = "/api/v3/bots/buildbot/messages"


async def test_the_first_message_on_another_opens_a_thread_and_the_next_continues_it(world: World) -> None:
    standup = await world.tool()
    root = await posted(standup, "#general", "Build 7 failed")

    first = await standup.say("#general", {"text": "Why?", "thread_message_id": root, "thread_title": "Build 7"})
    second = await standup.say("#general", {"text": "A test", "thread_message_id": root.replace("_", "%20")})

    assert (first.status, second.status) == (204, 204)
    thread = await the_thread(world)
    assert (thread.title, thread.parent_id) == ("Build 7", world.chat("#general").id)
    assert await texts(world, thread) == ["Why?", "A test"]
    assert await world.texts_in("#general") == ["Build 7 failed"]


@pytest.mark.parametrize("place", ["#general", "direct"])
async def test_a_thread_is_a_chat_to_post_to_by_its_id(world: World, place: str) -> None:
    standup = await world.tool()
    place = place if place.startswith("#") else world.id_of(place)
    root = await posted(standup, place, "Hello")
    reply = await posted(standup, place, {"text": "In the thread", "thread_message_id": root})
    thread = await the_thread(world)

    answer = await standup.say(thread.shown_id, {"text": "By its id", "sync_message": True})
    by_number = await standup.carry(f"/api/v3/chats/{thread.id}/messages", {"text": "By its number"})
    by_reply = await standup.say(place, {"text": "On a reply", "thread_message_id": reply})

    assert thread.shown_id == f"CT_{thread.parent_id}_{world.org_id}-T-{thread.id}"
    assert (answer.status, by_number.status, by_reply.status) == (200, 204, 204)
    assert await texts(world, thread) == ["In the thread", "By its id", "By its number", "On a reply"]


async def test_posts_that_open_the_same_thread_at_once_make_one(world: World) -> None:
    standup = await world.tool()
    root = await posted(standup, "#general", "Hello")

    answers = await asyncio.gather(
        *(standup.say("#general", {"text": str(number), "thread_message_id": root}) for number in range(12))
    )

    assert {answer.status for answer in answers} == {204}
    assert sorted(map(int, await texts(world, await the_thread(world)))) == list(range(12))


async def test_a_message_said_beside_its_thread_too_is_one_message_in_both(world: World) -> None:
    standup = await world.tool()
    root = await posted(standup, "#general", "Hello")

    beside = {"text": "For all", "thread_message_id": root, "post_in_parent": True}
    shown = await posted(standup, "#general", beside)

    thread = await the_thread(world)
    assert await texts(world, thread) == ["For all"]
    in_parent, in_thread = await rows(world, world.chat("#general")), await rows(world, thread)
    assert in_parent[-1] == in_thread[-1]
    assert (in_parent[-1]["id"], in_parent[-1]["thread_chat_id"]) == (shown, thread.shown_id)
    assert in_parent[0]["thread"]["count"] == 1


@pytest.mark.parametrize("root", ["1_1", "x", "1700000000000_0", "elsewhere", "deleted"])
@pytest.mark.parametrize("name", ["thread_message_id", "reply_to"])
async def test_a_message_that_is_not_there_is_neither_answered_nor_has_threads(
    world: World, root: str, name: str
) -> None:
    standup = await world.tool()
    if root in {"elsewhere", "deleted"}:
        shown = await posted(standup, "#builds" if root == "elsewhere" else "#general", "Hello")
        if root == "deleted":
            await standup.send("DELETE", message_path(world, "#general", shown), None, carried(standup))
        root = shown
    before = await world.texts_in("#general")

    answer = await standup.say("#general", {"text": "Hi", name: root})

    assert (answer.status, answer.refused_with) == (404, "message_not_found")
    assert answer.sentence.startswith(name)
    assert await world.texts_in("#general") == before
    assert await threads(world) == []


async def test_whoever_leaves_the_chat_has_left_its_threads_and_is_back_with_it(world: World) -> None:
    standup = await world.tool()
    root = await posted(standup, "#builds", "Hello")
    await posted(standup, "#builds", {"text": "In the thread", "thread_message_id": root})
    thread, grace = await the_thread(world), Party(PartyKind.PERSON, world.grace.person.id)

    inside = await world.grace.read(thread.shown_id)
    await world.write(chat.remove_member, world.server.chats, world.chat("#builds"), grace)
    outside = await world.grace.read(thread.shown_id)
    await world.write(chat.add_member, world.server.chats, world.chat("#builds"), grace)
    back = await world.grace.read(thread.shown_id)

    assert (inside.status, outside.status, back.status) == (200, 404, 200)
    assert (await world.alan.read(thread.shown_id)).refused_with == "chat_not_found"


async def test_threads_are_known_again_after_a_restart(world: World) -> None:
    standup = await world.tool()
    root = await posted(standup, "#general", "Hello")
    await posted(standup, "#general", {"text": "In the thread", "thread_message_id": root})
    before = await the_thread(world)

    await world.restart()

    assert await the_thread(world) == before
    assert (await standup.say("#general", {"text": "More", "thread_message_id": root})).status == 204
    assert await texts(world, before) == ["In the thread", "More"]


async def test_a_closed_thread_takes_no_message_until_it_is_reopened(world: World) -> None:
    standup = await world.tool()
    root = await posted(standup, "#general", "Hello")
    await posted(standup, "#general", {"text": "In the thread", "thread_message_id": root})
    thread = await the_thread(world)

    closed = [await change(standup, thread, "close") for _ in range(2)]
    refused = [
        await standup.say(thread.shown_id, "No"),
        await standup.say("#general", {"text": "No", "thread_message_id": root}),
        await standup.say("#general", {"text": "No", "thread_message_id": root, "post_in_parent": True}),
    ]
    state = await details(world, thread)
    reopened = [await change(standup, thread, "reopen") for _ in range(2)]
    taken = await standup.say(thread.shown_id, "Yes")

    assert {answer.status for answer in (*closed, *reopened)} == {204}
    assert [(answer.status, answer.refused_with) for answer in refused] == [(403, "thread_closed")] * 3
    assert state["data"]["thread_state"] == "closed"
    assert taken.status == 204
    assert await texts(world, thread) == ["In the thread", "Yes"]
    assert await world.texts_in("#general") == ["Hello"]


async def test_what_comes_for_a_closed_thread_goes_to_whom_it_is_for(world: World) -> None:
    app = await world.running_extension()
    standup = await world.tool(app)
    root = await posted(standup, "#general", "Hello")
    await posted(standup, "#general", {"text": "In the thread", "thread_message_id": root})
    thread = await the_thread(world)
    hook = await world.tool(app, origin=thread)

    opened = await hook.event(b"before")
    await change(standup, thread, "close")
    closed = await hook.event(b"after")

    assert (opened.json, closed.json) == ({"text": "event: before"}, {"text": "event: after"})
    assert await texts(world, thread) == ["In the thread", "event: before"]
    assert await world.texts_in("bot") == ["event: after"]


async def test_nothing_is_asked_of_an_extension_in_a_closed_thread(world: World) -> None:
    app = await world.running_extension()
    standup = await world.tool(app)
    root = await posted(standup, "#general", "Hello")
    button = {"label": "Press", "action": {"type": "invoke.function", "data": {"name": "note"}}}
    inside = await posted(standup, "#general", {"text": "Hi", "buttons": [button], "thread_message_id": root})
    thread = await the_thread(world)
    await change(standup, thread, "close")
    await world.ada.arrive()

    pressed = await world.ada.press(thread.shown_id, inside)
    typed = await world.ada.say(thread.shown_id, "/standup note")

    assert (pressed.refused_with, typed.refused_with) == ("thread_closed", "thread_closed")
    assert world.heard_by(app) == []


async def test_a_question_asked_in_a_thread_is_over_when_that_is_closed(world: World) -> None:
    app = await world.running_extension()
    standup = await world.tool(app)
    root = await posted(standup, "#general", "Hello")
    asks = {"type": "invoke.function", "data": {"name": "note"}, "confirm": {"title": "Sure?"}}
    buttons = [{"label": "Press", "action": asks}]
    inside = await posted(standup, "#general", {"text": "Hi", "buttons": buttons, "thread_message_id": root})
    thread = await the_thread(world)
    await world.ada.arrive()
    dialog = await world.ada.press(thread.shown_id, inside)

    await change(standup, thread, "close")
    answer = await world.ada.accept(dialog.nonce)

    assert answer.refused_with == "thread_closed"
    assert world.heard_by(app) == []


async def test_a_thread_says_what_it_is_and_who_follows_it(world: World) -> None:
    standup = await world.tool()
    root = await posted(standup, "#general", "Hello")
    await posted(standup, "#general", {"text": "Hi", "thread_message_id": root, "thread_title": "Greetings"})
    thread = await the_thread(world)

    await change(standup, thread, "follow")
    await change(standup, thread, "follow")
    followed = await details(world, thread)
    await change(standup, thread, "unfollow")
    unfollowed = await details(world, thread)

    assert followed == {
        "url": f"/api/v3/threads/{thread.shown_id}",
        "type": "chat_thread",
        "data": {
            "chat_id": thread.shown_id,
            "parent_chat_id": world.id_of("#general"),
            "thread_message_id": root,
            "title": "Greetings",
            "follower_count": 1,
            "is_follower": True,
            "thread_state": "open",
        },
    }
    assert (unfollowed["data"]["follower_count"], unfollowed["data"]["is_follower"]) == (0, False)


@pytest.mark.parametrize(
    ("shown", "status", "code"),
    [("CT_x", 400, "thread_chatid_invalid"), ("CT_1_1-T-1", 404, "chat_not_found"), ("general", 404, "chat_not_found")],
)
async def test_what_is_no_thread_has_no_state(world: World, shown: str, status: int, code: str) -> None:
    standup = await world.tool()
    shown = world.id_of("#general") if shown == "general" else shown

    answer = await standup.send("PUT", f"/api/v2/threads/{shown}", {"action": "close"}, carried(standup))

    assert (answer.status, answer.refused_with) == (status, code)


async def test_a_bot_speaks_in_the_threads_of_the_chats_that_it_is_in(world: World) -> None:
    standup = await world.tool()
    root = await posted(standup, "#builds", "Hello")
    await posted(standup, "#builds", {"text": "Hi", "thread_message_id": root})

    answer = await standup.say((await the_thread(world)).shown_id, "Beep", query="?bot_unique_name=buildbot")

    assert answer.status == 204
    assert [row["sender"]["name"] for row in await rows(world, await the_thread(world))] == [
        "Ada Lovelace",
        "Build Bot",
    ]


async def test_a_command_that_is_typed_in_a_thread_reaches_its_extension(world: World) -> None:
    app = await world.running_extension()
    standup = await world.tool(app)
    root = await posted(standup, "#builds", "It failed")
    await posted(standup, "#builds", {"text": "Why?", "thread_message_id": root})
    thread = await the_thread(world)
    await world.ada.sign_in()

    answer = await world.ada.say(thread.shown_id, "/standup")

    assert (answer.status, answer.json) == (200, {"kind": "posted"})
    assert [call["chat"] for call in world.heard_by(app)] == [thread.shown_id]


async def posted(tool: Tool, place: str, content: object) -> str:
    body = {"text": content} if isinstance(content, str) else dict(content)  # type: ignore[call-overload]
    answer = await tool.say(place, body | {"sync_message": True})
    assert answer.status == 200, answer.text
    return str(answer.json["message_id"])


async def change(tool: Tool, thread: Chat, action: str) -> Answer:
    return await tool.send("PUT", f"/api/v3/threads/{thread.shown_id}", {"action": action}, carried(tool))


async def details(world: World, thread: Chat) -> Any:
    headers = [("Authorization", f"Bearer {world.ada.api_token}")]
    return (await world.ada.get(f"/api/v3/threads/{thread.shown_id}", headers)).json


async def rows(world: World, place: Chat) -> list[Any]:
    found: list[Any] = (await world.ada.read(place.shown_id)).json["data"]
    return found


async def texts(world: World, place: Chat) -> list[str]:
    return [row["content"]["text"] for row in await rows(world, place)]


async def threads(world: World) -> list[Chat]:
    """As the database has them: without members."""
    known, _ = await world.read(chat.load)
    return [place for place in known if place.kind is ChatKind.THREAD]


async def the_thread(world: World) -> Chat:
    (thread,) = await threads(world)
    return thread


def carried(tool: Tool) -> list[tuple[str, str]]:
    return [("X-Keypost-Token", tool.secret)]


def message_path(world: World, place: str, message: str) -> str:
    return f"/api/v2/chats/{world.id_of(place)}/messages/{message}"


async def test_a_bot_answers_in_the_thread_of_somebodys_chat_with_it(world: World) -> None:
    standup, grace = await world.tool(), str(world.grace.person.id)
    asked = {"text": "Lunch?", "user_ids": grace, "sync_message": True, "message_topic": "Lunch on Friday"}
    first = (await standup.carry(BOT, asked)).json["message_details"][grace]

    on_message = {"text": "At one", "user_ids": grace, "thread_message_id": first["message_id"], "sync_message": True}
    second = (await standup.carry(BOT, on_message)).json["message_details"][grace]

    thread = await the_thread(world)
    assert (thread.title, thread.shown_id) == ("Lunch on Friday", second["chat_id"])
    place = world.server.chats.find_bot_chat(buildbot(world), world.grace.person.id)
    assert place is not None
    assert (thread.parent_id, first["chat_id"]) == (place.id, place.shown_id)
    found = (await world.grace.read(thread.shown_id)).json["data"]
    assert [(row["content"]["text"], row["sender"]["name"]) for row in found] == [("At one", "Build Bot")]


async def test_a_bot_of_the_newer_wire_writes_into_a_thread_by_its_id(world: World) -> None:
    standup = await world.tool()
    root = await posted(standup, "#builds", "Hello")
    await posted(standup, "#builds", {"text": "Hi", "thread_message_id": root})
    thread = await the_thread(world)

    taken = await standup.carry(BOT, {"text": "Beep", "thread_chat_id": thread.shown_id})
    no_thread = await standup.carry(BOT, {"text": "Beep", "thread_chat_id": world.id_of("#builds")})

    assert taken.status == 204
    assert (no_thread.status, no_thread.refused_with) == (400, "thread_chatid_invalid")
    assert await texts(world, thread) == ["Hi", "Beep"]


def buildbot(world: World) -> Bot:
    found = world.server.chats.find_bot_named(world.org_id, "buildbot")
    assert found is not None
    return found
