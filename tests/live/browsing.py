"""A real browser, and people who sit before it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Route,
    ViewportSize,
    async_playwright,
    expect,
)
from tests.live.running import Demo
from tests.live.until import PATIENCE_S
from tests.machine import chromium

DESK: Final = ViewportSize(width=1280, height=860)
PHONE: Final = ViewportSize(width=390, height=844)
TELL_VIOLATIONS: Final = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`the policy stopped ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""
ALIVE: Final = """
[...document.querySelectorAll(".message *")]
  .filter((element) =>
    element.matches("script, iframe, object, embed, img, svg:not(.chart > svg), math, style, link, base, form") ||
    element.matches("input, video, audio") ||
    [...element.attributes].some(({ name }) => name.startsWith("on") || name === "style") ||
    (element.matches("a") && !/^(https?:|mailto:)/.test(element.href)))
  .map((element) => element.outerHTML)
"""
"""What a message should never have in it."""
TOO_WIDE: Final = """
[...document.querySelectorAll("*")]
  .filter((element) => element.scrollWidth > element.clientWidth && (
    element === document.documentElement ||
    ["auto", "scroll"].includes(getComputedStyle(element).overflowX) && !element.matches(".table-scroll, pre")))
  .map((element) => element.cloneNode().outerHTML)
"""
"""What can be pushed sideways and should not; wide tables and code scroll by themselves."""


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE_S * 1000)  # Its own 5 seconds are too few for a busy machine.
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium())
        yield browser
        await browser.close()


@asynccontextmanager
async def reading(browser: Browser, demo: Demo, person: int, pictures: Path) -> AsyncIterator["Reader"]:
    """A person who is signed in, in a browser of their own, whose pages never did what a page should not do."""
    context = await browser.new_context(viewport=DESK, color_scheme="light", locale="en-GB", timezone_id="UTC")
    reader = Reader(demo, context, await context.new_page(), pictures)
    reader.watch()
    await reader.keep_home()
    await reader.sign_in(person)
    try:
        yield reader
    finally:
        await context.close()
    assert reader.complaints == []


async def workers(browser: Browser) -> list[str]:
    """The addresses of the scripts that tabs share."""
    session = await browser.new_browser_cdp_session()
    targets = (await session.send("Target.getTargets"))["targetInfos"]
    await session.detach()
    return [target["url"] for target in targets if target["type"] == "shared_worker"]


class Reader:
    """`complaints` holds whatever a page did that it should never do."""

    def __init__(self, demo: Demo, context: BrowserContext, page: Page, pictures: Path) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._demo = demo
        self._context = context
        self._pictures = pictures

    async def sign_in(self, person: int) -> None:
        known = self._demo.facts.persons[person]
        await self.page.goto(known.sign_in_url)
        await self.page.get_by_role("button", name=f"Sign in as {known.name}").click()
        await expect(self.page.locator("#chat")).to_be_visible()

    async def open_builds(self) -> None:
        await self.page.goto(self._demo.facts.base_url)
        await self.page.get_by_role("link", name="builds").click()
        await expect(self.page.get_by_role("heading", level=1)).to_have_text("Channel builds")
        await self.hear()

    async def hear(self) -> None:
        """Waits until the page hears what happens."""
        await expect(self.page.locator("#chat")).to_have_attribute("data-live", "on")

    async def open_tab(self) -> "Reader":
        tab = Reader(self._demo, self._context, await self._context.new_page(), self._pictures)
        tab.complaints = self.complaints
        tab.watch()
        return tab

    async def open_tokens(self) -> None:
        await self.page.goto(f"{self._demo.facts.base_url}/tokens")

    async def say(self, text: str) -> None:
        await self.page.locator("#text").fill(text)
        await self.page.keyboard.press("Enter")

    @property
    def newest(self) -> Locator:
        return self.page.locator("article.message").last

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    async def press(self, label: str) -> None:
        """The newest button with that label in the chat."""
        await self.page.locator("article").get_by_role("button", name=label).last.click()

    async def look(self, name: str) -> None:
        await self.page.screenshot(path=self._pictures / f"{name}.png", animations="disabled")

    async def assert_fits(self, name: str) -> None:
        """On a phone nothing lies beside the screen, and nobody has to push the page about."""
        desk = self.page.viewport_size
        await self.page.set_viewport_size(PHONE)
        await self.look(name)
        too_wide = await self.page.evaluate(TOO_WIDE)
        await self.page.set_viewport_size(desk or DESK)
        assert too_wide == [], name

    async def keep_home(self) -> None:
        """From now on nothing is loaded from elsewhere, and whatever breaks the policy is told."""
        await self._context.add_init_script(TELL_VIOLATIONS)
        await self._context.route("**/*", self._let_home_only)

    def watch(self) -> None:
        page = self.page
        page.on("console", lambda line: self.complaints.append(f"console: {line.type} {line.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        page.on("popup", lambda popup: self.complaints.append(f"popup: {popup.url}"))

    async def _let_home_only(self, route: Route) -> None:
        asked, home = urlsplit(route.request.url), urlsplit(self._demo.facts.base_url)
        if (asked.scheme, asked.netloc) == (home.scheme, home.netloc):
            await route.continue_()
        else:
            self.complaints.append(f"outside: {route.request.url}")
            await route.abort()
