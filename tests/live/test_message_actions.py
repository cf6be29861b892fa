"""What can be done with a message from its menu, by the keyboard, and what others see of it.

On one database: it is the pages that are looked at.
"""

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from tests.live.browsing import PHONE
from tests.live.sitting import sitting
from tests.people import Visitor
from tests.world import World

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)

ENTRIES = {"Ada": ["Answer", "Answer in a thread", "Edit…", "Delete…"], "Grace": ["Answer", "Answer in a thread"]}


async def test_an_own_message_is_edited_by_the_keyboard_before_everybodys_eyes(world: World, browser: Browser) -> None:
    async with sitting(world.ada, browser) as mine, sitting(world.grace, browser) as hers:
        await say(world, world.ada, "First")
        await say(world, world.ada, "Sceond")
        await expect(articles(mine)).to_have_count(2)
        await mine.locator("#text").focus()

        await mine.keyboard.press("ArrowUp")
        field = mine.get_by_role("textbox", name="Edit your message")
        await expect(field).to_be_focused()
        await expect(field).to_have_value("Sceond")
        await field.fill(" ")
        await mine.keyboard.press("Control+Enter")
        await expect(mine.get_by_role("alert").filter(has_text="There is no text left")).to_be_visible()
        await field.fill("*Second*")
        await mine.keyboard.press("Control+Enter")

        await expect(mine.get_by_role("dialog")).to_be_hidden()
        await expect(mine.locator("#text")).to_be_focused()
        for page in (mine, hers):
            await expect(articles(page).last.locator("b, strong")).to_have_text("Second")
            await expect(articles(page).last).to_contain_text("edited")


async def test_the_menu_has_what_its_reader_may_do_and_lets_the_keys_walk(world: World, browser: Browser) -> None:
    await say(world, world.ada, "First")
    for who, entries in zip((world.ada, world.grace), ENTRIES.values(), strict=True):
        async with sitting(who, browser) as page:
            await page.get_by_role("button", name="Add a reaction").focus()
            await page.keyboard.press("ArrowRight")
            more = page.get_by_role("button", name="More")
            await expect(more).to_be_focused()

            await page.keyboard.press("Enter")
            shown = page.get_by_role("menuitem")
            await expect(shown).to_have_text(entries)
            await expect(shown.first).to_be_focused()
            await page.keyboard.press("ArrowUp")
            await expect(shown.last).to_be_focused()
            await page.keyboard.press("Escape")

            await expect(page.get_by_role("menu")).to_be_hidden()
            await expect(more).to_be_focused()


async def test_a_deleted_message_goes_from_every_page_and_the_focus_to_the_messages(
    world: World, browser: Browser
) -> None:
    async with sitting(world.ada, browser) as mine, sitting(world.grace, browser) as hers:
        await say(world, world.grace, "Hers")
        await choose(mine, "Hers", "Delete…")
        await expect(mine.get_by_role("dialog")).to_contain_text("It is Grace Hopper")
        await expect(mine.get_by_role("button", name="Keep it")).to_be_focused()

        await mine.get_by_role("button", name="Delete", exact=True).click()

        await expect(articles(mine)).to_have_count(0)
        await expect(articles(hers)).to_have_count(0)
        await expect(mine.locator("#log")).to_be_focused()


async def test_an_answer_quotes_what_it_answers_unless_that_is_deleted_meanwhile(world: World, page: Page) -> None:
    await say(world, world.grace, "Why?\nAnd when?")
    await choose(page, "Why?", "Answer")
    text, bar = page.get_by_role("textbox"), page.locator("#answering")
    await expect(text).to_be_focused()
    await expect(text).to_have_accessible_description("Answering Grace Hopper Why?")
    await page.keyboard.press("Escape")
    await expect(bar).to_be_hidden()

    await choose(page, "Why?", "Answer")
    await page.keyboard.type("So")
    await page.keyboard.press("Enter")
    await expect(articles(page).last.get_by_role("link", name="Answers Grace Hopper Why?")).to_be_visible()
    await expect(bar).to_be_hidden()

    await choose(page, "Why?", "Answer")
    await page.keyboard.type("Or so")
    (asked, _) = (await world.ada.read(world.id_of("#builds"))).json["data"]
    await world.grace.post(f"/chats/{world.id_of('#builds')}/messages/{asked['id']}/delete", {})
    await expect(page.get_by_role("alert").filter(has_text="was deleted")).to_be_visible()
    await expect(bar).to_be_hidden()
    await expect(text).to_have_value("Or so")


async def test_a_thread_is_opened_closed_and_reopened(world: World, page: Page) -> None:
    await say(world, world.grace, "Build 7 failed")
    await choose(page, "Build 7", "Answer in a thread")
    await expect(page.get_by_role("textbox")).to_have_accessible_description(
        "In a thread on Grace Hopper Build 7 failed"
    )
    await page.keyboard.type("Why?")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("region", name="The message of this thread")).to_contain_text("Build 7 failed")
    await expect(page.locator("#messages article")).to_contain_text("Why?")
    await expect(page.locator("#chat")).to_have_attribute("data-live", "on")
    await page.get_by_role("button", name="Close thread").click()
    await expect(page.locator("#closed")).to_contain_text("This thread was closed")
    await expect(page.get_by_role("button", name="Reopen thread")).to_be_focused()

    await page.get_by_role("link", name="Back to").click()
    await expect(page.locator("#chat")).to_have_attribute("data-live", "on")
    await choose(page, "Build 7", "Reopen its thread")
    await expect(page.locator(".talk")).not_to_contain_text("Closed")


async def test_on_a_phone_the_menu_has_the_reactions_too(world: World, page: Page) -> None:
    await page.set_viewport_size(PHONE)
    await say(world, world.grace, "Hello")

    await choose(page, "Hello", "Add a reaction")
    await page.get_by_role("button", name="Thumbs up").click()

    await expect(page.locator(".reaction")).to_have_accessible_name("👍 1")


async def say(world: World, who: Visitor, text: str) -> None:
    await who.arrive()
    answer = await who.say(world.id_of("#builds"), text)
    assert answer.status == 200, answer.text


async def choose(page: Page, message: str, entry: str) -> None:
    shown = articles(page).filter(has_text=message).first
    await shown.hover()
    await shown.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name=entry, exact=True).click()


def articles(page: Page) -> Locator:
    return page.get_by_role("article")
