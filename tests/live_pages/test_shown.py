"""What a page says of its chat, and what somebody reads who is not signed in."""

import re
from typing import Final

import pytest
from tests.extensions.pressing import accepted
from tests.people import Answer, Visitor
from tests.world import World

from keypost.chat import service as chat

AS_A_BROWSER: Final = [("Accept", "text/html")]
MEMBERS: Final = re.compile(r'id="members">([^<]*)<')
MARKED: Final = re.compile(r'data-chat="([^"]*)"[^>]* aria-current="([^"]*)"')


async def test_who_was_deactivated_is_counted_no_more_and_bots_are_counted_apart(world: World) -> None:
    builds = world.id_of("#builds")
    before = await opened(world.ada, builds)

    await world.deactivate(world.grace)
    after = await opened(world.ada, builds)

    assert [MEMBERS.findall(page.text) for page in (before, after)] == [["2 people, 1 bot"], ["1 person, 1 bot"]]


async def test_a_chat_with_oneself_is_called_so(world: World) -> None:
    me = world.ada.person
    alone = await world.write(chat.create_direct, world.server.chats, me.org_id, me.name, [me.id])

    page = await opened(world.ada, alone.shown_id)

    assert "Ada Lovelace (you)</bdi></h1>" in page.text


async def test_a_thread_marks_the_chat_that_it_is_in(world: World) -> None:
    tool = await world.tool()
    answer = await tool.say("#builds", {"text": "Red", "sync_message": True})
    await tool.say("#builds", {"text": "Why?", "thread_message_id": answer.json["message_id"]})
    (row,) = (await world.ada.read(world.id_of("#builds"))).json["data"]

    page = await opened(world.ada, row["thread"]["chat_id"])

    assert MARKED.findall(page.text) == [(world.id_of("#builds"), "true")]


async def test_the_tokens_that_the_demo_made_are_told_apart(world: World) -> None:
    await world.running_extension()
    await accepted(world, world.ada)
    await world.tool(origin=None)  # Made without a button, as the demo makes its own.

    page = await world.ada.get("/tokens", AS_A_BROWSER)

    assert (page.text.count("<dt>Made</dt>"), page.text.count("by the demo")) == (2, 1)


@pytest.mark.parametrize("path", ["/sign-in/made-up", "/signed-out", "/tokens"])
async def test_who_is_not_signed_in_reads_how_to_get_a_link(world: World, path: str) -> None:
    page = await world.stranger.get(path, AS_A_BROWSER)

    assert "<code>keypost person link</code>" in page.text
    assert "Go to your chats" not in page.text


async def test_a_link_that_was_used_leads_its_reader_back_in_as_long_as_they_are_signed_in(world: World) -> None:
    link = await world.ada.sign_in_path()
    await world.ada.post(link)

    inside = await world.ada.get(link, AS_A_BROWSER)
    outside = await world.stranger.get(link, AS_A_BROWSER)
    await world.grace.arrive()
    as_another = await world.grace.get(link, AS_A_BROWSER)
    await world.ada.post("/sign-out")
    left = await world.ada.get(link, AS_A_BROWSER)

    assert (inside.status, inside.headers["Location"]) == (303, "/")
    assert [(answer.status, "does not sign in" in answer.text) for answer in (outside, as_another, left)] == [
        (404, True)
    ] * 3


async def opened(who: Visitor, shown: str) -> Answer:
    await who.arrive()
    return await who.get(f"/chats/{shown}", AS_A_BROWSER)
