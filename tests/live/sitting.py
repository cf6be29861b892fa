"""Somebody of a world before a real browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, expect
from tests.live.browsing import DESK
from tests.people import Visitor


@asynccontextmanager
async def sitting(who: Visitor, browser: Browser, place: str = "builds") -> AsyncIterator[Page]:
    """Somebody before a chat, whose page has no errors."""
    context = await browser.new_context(viewport=DESK, permissions=["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(await who.sign_in_address())
    await page.get_by_role("button", name=f"Sign in as {who.person.name}").click()
    await page.get_by_role("link", name=place).click()
    await expect(page.locator("#chat")).to_have_attribute("data-live", "on")
    yield page
    await context.close()
    assert complaints == []
