"""Who calls an extension from a thread: the extension is told where it is, as the wire tells it of threads."""

import pytest
from tests.extensions.pressing import button
from tests.people import Tool
from tests.world import World

from keypost.chat.model import Chat
from keypost.extensions import calls
from keypost.extensions.manifest import Permission
from keypost.extensions.params import Body
from keypost.ids import read_chat


async def test_a_button_works_in_a_thread(world: World) -> None:
    standup, thread = await with_thread(world, "direct")
    posted = await standup.say(thread, {"text": "Press", "buttons": [button("cheer")], "sync_message": True})
    await world.ada.arrive()

    answer = await world.ada.press(thread, posted.json["message_id"])

    assert answer.status == 200, answer.text
    assert (await texts_of(world, thread))[-1] == "Hooray!"


@pytest.mark.parametrize("place", ["#builds", "direct"])
async def test_an_extension_is_told_of_the_thread_and_of_the_chat_that_it_hangs_in(world: World, place: str) -> None:
    _, shown_id = await with_thread(world, place)
    parent, number = world.chat(place), read_chat(shown_id)
    assert number is not None

    inside, outside = [
        params_of_a_command(world, chat) for chat in (world.server.chats.get(world.org_id, number), parent)
    ]

    assert (inside["chat"]["id"], inside["chat"]["type"], inside["chat"]["chat_type"]) == (shown_id, "thread", "thread")
    assert (inside["access"]["chat_id"], inside["access"]["parent_chat_id"]) == (shown_id, parent.shown_id)
    assert "parent_chat_id" not in outside["access"]


async def with_thread(world: World, place: str) -> tuple[Tool, str]:
    """A tool of a running extension, and a thread in a chat."""
    standup, chat = await world.tool(await world.running_extension()), world.id_of(place)
    root = await standup.say(chat, {"text": "Why?", "sync_message": True})
    await standup.say(chat, {"text": "So", "thread_message_id": root.json["message_id"]})
    thread: str = (await world.ada.read(chat)).json["data"][-1]["thread"]["chat_id"]
    return standup, thread


def params_of_a_command(world: World, place: Chat) -> Body:
    granted = frozenset({Permission.CHAT})
    return calls.command(world.server.addresses, world.ada.person, place, "standup", "", "", granted).params


async def texts_of(world: World, chat: str) -> list[str]:
    return [row["content"]["text"] for row in (await world.ada.read(chat)).json["data"]]
