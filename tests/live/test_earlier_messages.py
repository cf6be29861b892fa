"""Going up in a chat, and being led to what is further up than the page begins.

On one database: it is the page that is looked at.
"""

import pytest
from playwright.async_api import Locator, Page, expect
from tests.chat.test_excerpts import say
from tests.world import World

from keypost.chat.excerpts import SHOWN
from keypost.ids import show_message
from keypost_sdk.content import Message as Content

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)


async def test_going_up_brings_what_was_said_before_and_moves_nothing_that_is_read(world: World, page: Page) -> None:
    await say(world, *[Content(text=f"number {number}") for number in range(SHOWN + 10)])
    await page.reload()
    await expect(articles(page)).to_have_count(SHOWN)
    first = articles(page).filter(has_text="number 10").first

    await page.locator("#log").evaluate("(log) => { log.scrollTop = 0; }")
    await expect(articles(page)).to_have_count(SHOWN + 10)

    await expect(first).to_be_in_viewport()
    await expect(page.locator(".day")).to_have_count(1)
    await expect(page.get_by_role("button", name="Earlier messages")).to_be_hidden()
    assert await page.locator("#log").evaluate("(log) => log.scrollTop") > 0


async def test_a_quote_leads_to_what_it_answers_however_far_up_that_is(world: World, page: Page) -> None:
    asked, *_ = await say(world, *[Content(text=f"number {number}") for number in range(SHOWN + 10)])
    answer = {"text": "So", "reply_to": show_message(asked.id)}
    await world.grace.arrive()
    await world.grace.post(f"/chats/{world.id_of('#builds')}/say", answer)
    await page.reload()
    shown = page.locator(f"#m-{show_message(asked.id)}")

    await page.get_by_role("link", name="Answers Ada Lovelace number 0").click()

    await expect(shown).to_be_in_viewport()
    await expect(shown).to_be_focused()


async def test_an_address_that_names_a_message_leads_to_it(world: World, page: Page) -> None:
    asked, *_ = await say(world, *[Content(text=f"number {number}") for number in range(SHOWN + 10)])

    await page.goto(f"{world.base}/chats/{world.id_of('#general')}")
    await page.goto(f"{world.base}/chats/{world.id_of('#builds')}#m-{show_message(asked.id)}")

    await expect(page.locator(f"#m-{show_message(asked.id)}")).to_be_in_viewport()


def articles(page: Page) -> Locator:
    return page.locator("#messages article")
