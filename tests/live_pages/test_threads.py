"""Open pages follow what happens around a message: its thread, what it answers, that it is taken back."""

from typing import Any

from tests.laws.open_page import OpenPage
from tests.people import Stream, Tool
from tests.world import World

END = "That is all"


async def test_an_open_chat_shows_what_is_said_in_a_thread_and_what_is_taken_back_there(world: World) -> None:
    standup, page = await world.tool(), await opened(world)
    root = await posted(standup, {"text": "Build 7 failed"})

    async with world.grace.watching(since=page.cursor) as stream:
        first = await posted(standup, {"text": "Why?", "thread_message_id": root})
        await posted(standup, {"text": "A test", "thread_message_id": root, "post_in_parent": True})
        await follow(page, stream, standup)
        assert "2 replies" in page.messages[root]

        await delete(world, standup, first)
        await follow(page, stream, standup)

    assert "1 reply" in page.messages[root]
    assert page.messages == (await opened(world)).messages


async def test_a_quote_changes_with_the_message_that_it_quotes(world: World) -> None:
    standup, page = await world.tool(), await opened(world)
    asked = await posted(standup, {"text": "Is it gren?"})
    answered = await posted(standup, {"text": "Yes", "reply_to": asked})

    async with world.grace.watching(since=page.cursor) as stream:
        await standup.send("PUT", path(world, asked), {"text": "Is it *green*?\nReally?"}, carried(standup))
        await follow(page, stream, standup)
        assert "Is it green?" in page.messages[answered]
        assert "Really?" not in page.messages[answered]

        await delete(world, standup, asked)
        await follow(page, stream, standup)

    assert asked not in page.messages
    assert "Deleted message" in page.messages[answered]
    assert page.messages == (await opened(world)).messages


async def test_an_open_thread_shows_that_its_root_is_gone_and_that_it_is_closed(world: World) -> None:
    standup, home = await world.tool(), await opened(world)
    root = await posted(standup, {"text": "A <b>canary</b>"})
    await posted(standup, {"text": "In the thread", "thread_message_id": root})
    (row,) = (await world.ada.read(world.id_of("#general"))).json["data"]
    thread = row["thread"]["chat_id"]
    page = await OpenPage(world.grace, thread).take()

    async with world.grace.watching(since=page.cursor) as stream:
        await standup.send("PUT", f"/api/v2/threads/{thread}", {"action": "close"}, carried(standup))
        await delete(world, standup, root)
        await follow(page, stream, standup)

    assert page.state == "closed"
    assert "Deleted message" in page.messages[root]
    assert "canary" not in "".join(page.messages.values())
    assert page.messages == (await OpenPage(world.grace, thread).take()).messages
    assert thread not in home.titles


async def opened(world: World) -> OpenPage:
    await world.grace.arrive()
    return await OpenPage(world.grace, world.id_of("#general")).take()


async def posted(tool: Tool, body: dict[str, Any]) -> str:
    answer = await tool.say("#general", body | {"sync_message": True})
    assert answer.status == 200, answer.text
    return str(answer.json["message_id"])


async def delete(world: World, tool: Tool, message: str) -> None:
    path_there = path(world, message)
    answer = await tool.send("DELETE", path_there, None, carried(tool))
    if answer.status == 404:  # In the thread.
        rows = (await world.ada.read(world.id_of("#general"))).json["data"]
        thread = next(row["thread"]["chat_id"] for row in rows if "thread" in row)
        answer = await tool.send("DELETE", f"/api/v2/chats/{thread}/messages/{message}", None, carried(tool))
    assert answer.status == 204, answer.text


async def follow(page: OpenPage, stream: Stream, tool: Tool) -> None:
    """Up to a message that was sent when all else had happened."""
    end = await posted(tool, {"text": END})
    while (happened := await stream.next()) is not None:
        await page.follow(happened)
        if happened.name == "message" and happened.data["message"] == end:
            return
    raise AssertionError("the stream ended too early")


def path(world: World, message: str) -> str:
    return f"/api/v2/chats/{world.id_of('#general')}/messages/{message}"


def carried(tool: Tool) -> list[tuple[str, str]]:
    return [("X-Keypost-Token", tool.secret)]
