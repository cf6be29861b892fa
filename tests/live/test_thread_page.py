"""Threads as a reader walks through them: from the message to its thread, with something to say, and back."""

import pytest
from playwright.async_api import Page, expect
from tests.people import Tool
from tests.world import World

from keypost.chat import threads
from keypost.ids import read_chat

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)


async def test_a_reader_goes_into_a_thread_answers_there_and_comes_back(world: World, page: Page) -> None:
    tool = await world.tool()
    root = await posted(tool, {"text": "Build 7 failed"})
    await expect(page.get_by_role("article")).to_contain_text("Build 7 failed")

    await posted(tool, {"text": "Why?", "thread_message_id": root, "thread_title": "Build 7"})
    await page.get_by_role("link", name="Build 7 1 reply").click()
    await expect(page.get_by_role("region", name="The message of this thread")).to_contain_text("Build 7 failed")
    await expect(page.locator("#chat")).to_have_attribute("data-live", "on")
    await page.get_by_role("textbox").fill("A test")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log").locator("#messages article")).to_have_count(2)
    await page.get_by_role("link", name="Back to").click()

    await expect(page.get_by_role("link", name="Build 7 2 replies")).to_be_visible()


async def test_a_thread_that_is_closed_meanwhile_takes_its_composer_away(world: World, page: Page) -> None:
    tool = await world.tool()
    root = await posted(tool, {"text": "Build 7 failed"})
    await posted(tool, {"text": "Why?", "thread_message_id": root})
    await page.get_by_role("link", name="1 reply").click()
    await expect(page.locator("#chat")).to_have_attribute("data-live", "on")
    (row,) = (await world.ada.read(world.id_of("#builds"))).json["data"]
    chat_id = read_chat(row["thread"]["chat_id"])
    thread = world.server.chats.find(world.org_id, chat_id) if chat_id is not None else None
    assert thread is not None

    await world.write(threads.close, world.server.chats, world.caller(world.ada), thread)
    await expect(page.locator("#closed")).to_have_text("This thread was closed. It takes no new message.")
    await expect(page.locator("#closed")).to_be_focused()
    await expect(page.get_by_role("textbox")).to_be_hidden()
    await world.write(threads.reopen, world.server.chats, world.caller(world.ada), thread)

    await expect(page.get_by_role("textbox")).to_be_visible()
    await expect(page.locator("#closed")).to_have_text("")


async def posted(tool: Tool, body: dict[str, object]) -> str:
    answer = await tool.say("#builds", body | {"sync_message": True})
    assert answer.status == 200, answer.text
    return str(answer.json["message_id"])
