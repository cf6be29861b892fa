"""What the wire calls chats, channels, bots, messages and people, in the shapes that clients look for."""

import re
from typing import Final

from tests.people import Tool
from tests.world import World

from keypost.ids import show_channel

SHAPES: Final = {
    "a chat": r"CT_\d+_\d+",
    "a chat with a bot": r"CT_\d+_\d+-B\d+",
    "a thread": r"CT_\d+_\d+-T-\d+",
    "a channel": r"[A-Z]\d+",
    "a bot": r"b-\d+",
    "a message": r"\d{13}_\d+",
    "a person": r"\d+",
    "an organisation": r"\d+",
}


async def test_everything_is_called_in_the_shape_that_clients_look_for(world: World) -> None:
    standup, builds = await world.tool(), world.chat("#builds")
    message = await said(standup, "#builds", {"text": "Why?"})
    await said(standup, "#builds", {"text": "So", "thread_message_id": message, "post_in_parent": True})
    await standup.say("#builds", "Beep", query="?bot_unique_name=buildbot")
    first, beside, beep = (await world.ada.read(builds.shown_id)).json["data"]
    to_ada = {"text": "Hi", "user_ids": first["sender"]["id"], "sync_message": True}
    by_bot = await standup.carry("/api/v2/bots/buildbot/message", to_ada)
    (person_id,) = by_bot.json["user_ids"]

    found = {
        "a chat": builds.shown_id,
        "a chat with a bot": by_bot.json["message_details"][person_id]["chat_id"],
        "a thread": beside["thread_chat_id"],
        "a channel": show_channel(builds.id),
        "a bot": beep["sender"]["id"],
        "a message": first["id"],
        "a person": first["sender"]["id"],
        "an organisation": builds.shown_id.rpartition("_")[2],
    }

    assert [kind for kind, shape in SHAPES.items() if not re.fullmatch(shape, found[kind])] == []
    assert (message, person_id) == (first["id"], str(world.ada.person.id))


async def test_a_client_may_build_the_id_of_a_thread_from_that_of_its_chat(world: World) -> None:
    standup, builds = await world.tool(), world.id_of("#builds")
    message = await said(standup, "#builds", {"text": "Why?"})
    await said(standup, "#builds", {"text": "So", "thread_message_id": message, "post_in_parent": True})
    thread = (await world.ada.read(builds)).json["data"][1]["thread_chat_id"]
    number = thread.rpartition("-")[2]

    answers = [await standup.say(f"{builds}-{thread_id}", "More") for thread_id in (f"T-{number}", number)]

    assert [answer.status for answer in answers] == [204, 204]
    read = (await world.ada.read(thread)).json["data"]
    assert [row["content"]["text"] for row in read] == ["So", "More", "More"]


async def said(tool: Tool, place: str, content: dict[str, object]) -> str:
    answer = await tool.say(place, content | {"sync_message": True})
    assert answer.status == 200, answer.text
    return str(answer.json["message_id"])
