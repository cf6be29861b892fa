"""A sender of files that got no answer sends them once more: they are there once."""

import asyncio
from itertools import count
from typing import Final

import pytest
from tests.files.forms import Part, body, comments, content_type, file, files_path
from tests.files.test_sending import kept_in
from tests.people import Answer, Tool
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import Party, PartyKind

REPORT: Final = (file(b"41 passed", "report.txt"), file(b"1 failed", "log.txt"), comments('["Build 41", ""]'))
BOUNDARIES: Final = count()
OTHERS: Final[dict[str, tuple[Part, ...]]] = {
    "another file": (file(b"42 passed", "report.txt"), *REPORT[1:]),
    "another name": (file(b"41 passed", "other.txt"), *REPORT[1:]),
    "another type": (file(b"41 passed", "report.txt", "text/html"), *REPORT[1:]),
    "another order": (REPORT[1], REPORT[0], REPORT[2]),
    "another comment": (*REPORT[:2], comments('["Build 42", ""]')),
    "a file less": (REPORT[0], comments('["Build 41"]')),
}


async def deliver(tool: Tool, *parts: Part, name: str = "a-1", place: str = "#builds", query: str = "") -> Answer:
    """Packed anew each time, as clients do."""
    boundary = f"boundary-{next(BOUNDARIES)}"
    headers = [content_type(boundary), ("Idempotency-Key", name)]
    return await tool.carry(files_path(place) + query, body(parts or REPORT, boundary), headers)


async def test_a_repeat_is_stored_once_and_answered_as_the_first(world: World) -> None:
    tool = await world.tool()

    answers = [await deliver(tool) for _ in range(3)]

    assert [(answer.status, answer.body) for answer in answers] == [(204, b"")] * 3
    assert await world.texts_in("#builds") == ["Build 41", ""]
    assert len(kept_in(world)) == 2


async def test_a_repeat_is_known_after_a_restart(world: World) -> None:
    tool = await world.tool()
    await deliver(tool)
    await world.restart()

    assert (await deliver(tool)).status == 204
    assert await world.texts_in("#builds") == ["Build 41", ""]


async def test_a_repeat_gets_its_answer_though_the_sender_may_no_longer_post_there(world: World) -> None:
    tool = await world.tool()
    await deliver(tool)
    me = Party(PartyKind.PERSON, world.ada.person.id)
    await world.write(chat.remove_member, world.server.chats, world.chat("#builds"), me)

    assert (await deliver(tool)).status == 204
    assert (await deliver(tool, name="a-2")).refused_with == "channel_access_denied"


@pytest.mark.parametrize("other", OTHERS)
async def test_something_else_under_the_same_name_is_refused(world: World, other: str) -> None:
    tool = await world.tool()
    await deliver(tool)

    answer = await deliver(tool, *OTHERS[other])

    assert (answer.status, answer.refused_with) == (422, "delivery_differs")
    assert await world.texts_in("#builds") == ["Build 41", ""]
    assert len(kept_in(world)) == 2


async def test_the_same_name_at_another_address_is_something_else(world: World) -> None:
    tool = await world.tool()
    await deliver(tool)

    assert (await deliver(tool, place="#general")).refused_with == "delivery_differs"
    assert await world.messages_in("#general") == []


async def test_what_was_refused_can_be_sent_again_under_its_name(world: World) -> None:
    tool = await world.tool()
    refused = await deliver(tool, *REPORT[:2], comments("[1]"))

    assert (refused.status, (await deliver(tool)).status) == (400, 204)
    assert await world.texts_in("#builds") == ["Build 41", ""]


async def test_many_at_once_make_one_message_of_each_file(world: World) -> None:
    tool = await world.tool()

    answers = await asyncio.gather(*[deliver(tool) for _ in range(8)])

    assert {answer.status for answer in answers} <= {204, 409}
    assert {answer.refused_with for answer in answers if answer.status == 409} <= {"delivery_under_way"}
    assert (await deliver(tool)).status == 204
    assert await world.texts_in("#builds") == ["Build 41", ""]
    assert len(kept_in(world)) == 2


async def test_a_bot_that_sends_files_again_sends_them_to_nobody_again(world: World) -> None:
    app = await world.extension(teams=frozenset({await world.team(1, world.ada, world.grace)}))
    bot = world.server.chats.find_bot_of_app(app.org_id, app.id)
    assert bot is not None
    tool = await world.tool(app)
    path, query = f"/api/v2/bots/{bot.unique_name}/files", f"?appkey={app.appkey}"

    for _ in range(2):
        headers = [content_type(), ("Idempotency-Key", "a-1")]
        assert (await tool.carry(path + query, body(REPORT), headers)).status == 204

    mine = world.server.chats.find_bot_chat(bot, world.ada.person.id)
    assert mine is not None
    stored = await world.read(chat.list_messages, mine.org_id, mine.id, limit=10)
    assert [message.content.text for message in stored] == ["Build 41", ""]


async def test_without_a_name_what_is_sent_again_is_stored_again(world: World) -> None:
    tool = await world.tool()

    for _ in range(2):
        await tool.carry(files_path("#builds"), body(REPORT), [content_type()])

    assert await world.texts_in("#builds") == ["Build 41", ""] * 2
