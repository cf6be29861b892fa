"""A chat is read from its end to its beginning, a page of it at a time."""

import re
from itertools import chain
from typing import Final

from tests.people import Answer
from tests.world import World

from keypost.chat.excerpts import SHOWN
from keypost.chat.judging import ChatShown, judge
from keypost.chat.model import Message
from keypost.ids import show_message
from keypost_sdk.content import Card, PollOption
from keypost_sdk.content import Message as Content

ARTICLE: Final = re.compile(r'<article class="message[^"]*" id="m-([^"]+)"')
HTML: Final = [("Accept", "text/html")]


async def test_all_that_was_said_is_read_once_and_in_its_order(world: World) -> None:
    messages = await say(world, *[Content(text=f"number {number}") for number in range(2 * SHOWN + 1)])
    await world.ada.arrive()

    page = await world.ada.get(f"/chats/{world.id_of('#builds')}", HTML)
    second = await before(world, messages[-SHOWN])
    third = await before(world, messages[-2 * SHOWN])

    shown = [ARTICLE.findall(html) for html in (third.json["html"], second.json["html"], page.text)]
    assert [len(part) for part in shown] == [1, SHOWN, SHOWN]
    assert list(chain(*shown)) == [show_message(message.id) for message in messages]
    assert 'id="earlier" hidden' not in page.text
    assert [answer.json["has_earlier"] for answer in (second, third)] == [True, False]


async def test_a_chat_that_fits_on_a_page_has_nothing_earlier(world: World) -> None:
    messages = await say(world, *[Content(text="all of it")] * SHOWN)
    await world.ada.arrive()

    page = await world.ada.get(f"/chats/{world.id_of('#builds')}", HTML)
    earlier = await before(world, messages[0])

    assert 'id="earlier" hidden' in page.text
    assert earlier.json == {"html": "", "votes": {}, "has_earlier": False}


async def test_earlier_polls_come_with_what_their_reader_voted_for(world: World) -> None:
    card = Card(title="When?", theme="poll", options=(PollOption(text="Monday"), PollOption(text="Tuesday")))
    poll, after = await say(world, Content(text="When?", card=card), Content(text="After it"))
    await world.ada.arrive()
    await world.grace.arrive()
    await world.grace.vote(world.id_of("#builds"), show_message(poll.id), 1)

    adas = await before(world, after)
    graces = await world.grace.get(path(world, show_message(after.id)))

    assert (adas.json["votes"], graces.json["votes"]) == ({}, {show_message(poll.id): 1})


async def test_only_members_read_what_was_said_earlier(world: World) -> None:
    (message,) = await say(world, Content(text="among us"))
    await world.alan.arrive()
    await world.ada.arrive()

    answers = [await world.alan.get(path(world, show_message(message.id))), await world.ada.get(path(world, "1_x"))]

    assert [answer.refused_with for answer in answers] == ["chat_not_found", "message_not_found"]


async def before(world: World, message: Message) -> Answer:
    return await world.ada.get(path(world, show_message(message.id)))


def path(world: World, message: str) -> str:
    return f"/chats/{world.id_of('#builds')}/messages/{message}/earlier"


async def say(world: World, *contents: Content) -> list[Message]:
    """By Ada, in #builds."""
    server, place = world.server, ChatShown(world.id_of("#builds"))
    caller = world.caller(world.ada)
    return await server.lane.commit_all(
        [judge(server.people, server.chats, caller, place, content) for content in contents]
    )
