"""A chat that is open while things change in it: what a reader sees of that, and what stays as it was for them."""

import re
from typing import Final

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from tests.extensions.answering import repeating, timed_out
from tests.live.sitting import sitting
from tests.people import Visitor
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import Message, Party, PartyKind
from keypost.clock import DAY_MS, MINUTE_MS
from keypost.ids import show_message
from keypost_sdk.content import Message as Content

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)

TALL: Final = "\n".join(f"line {number}" for number in range(30))


async def test_an_edited_message_says_so_and_when(world: World, page: Page) -> None:
    (message,) = await said(world, "frist")
    await expect(page.locator("article")).to_contain_text("frist")
    await expect(page.locator(".message-edited")).to_have_count(0)
    world.clock.move(MINUTE_MS)

    await edit(world, message, "first")

    shown = page.locator(f"#{article(message)}")
    await expect(shown).to_contain_text("first")
    await expect(shown.locator(".message-edited")).to_have_text(re.compile(r"^edited \d+:\d\d"))
    await expect(shown.locator(".message-edited time")).to_have_attribute("title", re.compile(r"\d{4}"))
    await page.reload()
    await expect(shown.locator(".message-edited")).to_have_text(re.compile(r"^edited \d+:\d\d"))


async def test_an_edit_of_another_day_says_which(world: World, page: Page) -> None:
    (message,) = await said(world, "frist")
    world.clock.move(2 * DAY_MS)

    await edit(world, message, "first")

    await expect(page.locator(".message-edited")).to_have_text(re.compile(r"^edited .*\d{4}.* \d+:\d\d"))


async def test_a_channel_that_is_renamed_is_called_so_all_over_its_open_page(world: World, page: Page) -> None:
    admin = await world.program(world.ada)
    await page.locator("#text").fill("Half a sentence")

    await admin.call("PUT", "/channels/builds", {"unique_name": "engines"})

    await expect(page.get_by_role("heading", level=1)).to_have_text("Channel engines")
    await expect(page).to_have_title("#engines · Analytical Engines")
    await expect(page.get_by_role("log", name="Messages in #engines")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Message #engines")).to_have_value("Half a sentence")
    await expect(page.get_by_role("textbox")).to_have_attribute("placeholder", "Message #engines")


async def test_who_is_deactivated_reads_so_and_is_counted_no_more_on_open_pages(
    world: World, browser: Browser, page: Page
) -> None:
    async with sitting(world.grace, browser) as hers:
        await expect(page.locator("#members")).to_have_text("2 people, 1 bot")

        await world.deactivate(world.grace)

        await expect(page.locator("#members")).to_have_text("1 person, 1 bot")
        await expect(hers.get_by_role("heading", level=1)).to_have_text("You do not take part any more")
        await expect(hers.locator("#problem")).to_contain_text("You were deactivated")
        await expect(hers.locator("#problem")).not_to_contain_text("keypost person link")


@pytest.mark.parametrize("anchor", ["auto", "none"])
async def test_what_is_read_stays_where_it_is_when_something_above_it_grows(
    world: World, page: Page, anchor: str
) -> None:
    """In browsers that see to that themselves, and in those that do not."""
    await page.evaluate(f"document.getElementById('log').style.overflowAnchor = '{anchor}'")
    first, *_, last = await said(world, "short", *["between"] * 60, "the end")
    middle = page.locator("article").nth(40)
    await expect(page.locator("article")).to_have_count(62)
    await middle.evaluate("element => element.scrollIntoView({ block: 'center' })")
    await settled(page)
    before = await top_of(middle)

    await edit(world, first, TALL)
    await expect(page.locator(f"#{article(first)}")).to_contain_text("line 29")
    await settled(page)
    grown = await top_of(middle)
    await edit(world, first, "short again")
    await expect(page.locator(f"#{article(first)}")).to_contain_text("short again")
    await settled(page)

    assert abs(grown - before) <= 1  # Browsers scroll by whole pixels.
    assert abs(await top_of(middle) - before) <= 2
    await expect(page.locator(f"#{article(last)}")).not_to_be_in_viewport()


async def test_who_reads_the_end_goes_on_reading_it(world: World, page: Page) -> None:
    *_, last = await said(world, *["before"] * 40, "the end")
    await expect(page.locator(f"#{article(last)}")).to_be_in_viewport()

    await edit(world, last, TALL)

    await expect(page.locator(f"#{article(last)}").get_by_text("line 29")).to_be_in_viewport()


async def test_the_focus_stays_on_the_button_of_a_message_that_is_edited(world: World, page: Page) -> None:
    standup = await world.tool(await world.running_extension())
    await standup.event({"answer": repeating("nothing")})
    (message,) = await world.messages_in("#builds")
    pressed = page.get_by_role("button", name="Press")
    await pressed.focus()

    again = message.content.buttons
    await world.write(chat.edit, message.org_id, message.chat_id, message.id, Content(text="Edited", buttons=again))
    await expect(page.locator(f"#{article(message)}")).to_contain_text("Edited")
    await expect(pressed).to_be_focused()

    await edit(world, message, "No button any more")
    await expect(page.locator("#log")).to_be_focused()


async def test_a_reader_who_is_taken_out_is_told_so_and_finds_everything_when_back(world: World, page: Page) -> None:
    await page.locator("#text").fill("half a sentence")

    await leave(world, world.ada)
    notice = page.get_by_text("You no longer take part in #builds.")
    await expect(notice).to_be_focused()
    await expect(page.locator("#composer")).to_be_hidden()
    await expect(page.get_by_role("link", name="builds")).to_have_count(0)
    await expect(page.get_by_role("link", name="general")).to_be_visible()

    await said(world, "Said meanwhile")
    await join(world, world.ada)
    await expect(notice).to_have_count(0)
    await expect(page.locator("article")).to_contain_text("Said meanwhile")
    await expect(page.locator("#text")).to_have_value("half a sentence")
    await expect(page.get_by_role("link", name="builds")).to_have_attribute("aria-current", "page")


async def test_a_chat_appears_for_who_joins_and_its_members_are_counted_for_the_others(
    world: World, browser: Browser, page: Page
) -> None:
    async with sitting(world.alan, browser, "general") as alans:
        await expect(page.locator("#members")).to_have_text("2 people, 1 bot")
        await expect(alans.get_by_role("link", name="builds")).to_have_count(0)

        await join(world, world.alan)
        await expect(page.locator("#members")).to_have_text("3 people, 1 bot")
        await alans.get_by_role("link", name="builds").click()
        await expect(alans.get_by_role("heading", level=1)).to_have_text("Channel builds")

        await leave(world, world.alan)
        await expect(page.locator("#members")).to_have_text("2 people, 1 bot")
        await expect(alans.get_by_text("You no longer take part in #builds.")).to_be_visible()


async def test_a_late_answer_for_one_persons_eyes_stands_among_the_messages_until_it_is_dismissed(
    world: World, page: Page
) -> None:
    standup = await world.tool()
    path = await timed_out(world, standup)

    await world.stranger.post(path, {"text": "For *your* eyes", "view": "ephemeral"})

    answer = page.get_by_role("article", name="Standup")
    await expect(answer).to_contain_text("Only you can see this")
    await expect(answer.locator("strong")).to_have_text("your")
    await said(world, "And on")
    await expect(page.locator("article.message")).to_contain_text("And on")
    await answer.get_by_role("button", name="Dismiss").click()
    await expect(answer).to_have_count(0)
    await expect(page.locator("#log")).to_be_focused()


def article(message: Message) -> str:
    return f"m-{show_message(message.id)}"


async def top_of(element: Locator) -> int:
    box = await element.bounding_box()
    assert box is not None
    return round(box["y"])


async def settled(page: Page) -> None:
    """Until the browser has laid out and drawn, and scrolled for its own reasons."""
    await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


async def said(world: World, *texts: str) -> list[Message]:
    """By Grace, in #builds."""
    await world.grace.arrive()
    for text in texts:
        await world.grace.say(world.id_of("#builds"), text)
    return (await world.messages_in("#builds"))[-len(texts) :]


async def edit(world: World, message: Message, text: str) -> None:
    await world.write(chat.edit, message.org_id, message.chat_id, message.id, Content(text=text))


async def join(world: World, who: Visitor) -> None:
    party = Party(PartyKind.PERSON, who.person.id)
    await world.write(chat.add_member, world.server.chats, world.chat("#builds"), party)


async def leave(world: World, who: Visitor) -> None:
    party = Party(PartyKind.PERSON, who.person.id)
    await world.write(chat.remove_member, world.server.chats, world.chat("#builds"), party)
