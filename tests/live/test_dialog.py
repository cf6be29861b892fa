"""The dialogs of extensions before real people: by keyboard, told to those who do not see, harmless to cancel."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect
from tests.extensions.pressing import button
from tests.live.browsing import PHONE, TOO_WIDE
from tests.live.sitting import sitting
from tests.people import Tool
from tests.world import World

from keypost.extensions import consents
from keypost.extensions.manifest import Option, TokenRequest, TokenSetting
from keypost.extensions.token_settings import OPEN_MAX

pytestmark = pytest.mark.parametrize("lasting_world", ["sqlite"], indirect=True, scope="module")

REASON: Final = {
    "title": "Close it?",
    "description": "Everybody will see why.",
    "input": "Why do you close it?",
    "button_label": "Close it",
    "cancel_button_label": "Leave it open",
    "emotion": "negative",
    "mandatory": True,
}
TOKEN: Final = {"title": "Generate token", "input": {"type": "user_webhook_token"}}
EVENTS: Final = tuple(Option(f"event{number}", f"Event {number}") for number in range(OPEN_MAX + 1))
SETTINGS: Final = (
    TokenSetting(name="loud", title="Say everything", type="switch", default=False, description="Much."),
    TokenSetting(name="events", title="Events", type="choices", default=("event0",), options=EVENTS),
    TokenSetting(name="style", title="Style", type="choice", default="event1", options=EVENTS[:2]),
)


@pytest.fixture(scope="module")
async def tool(lasting_world: World) -> Tool:
    """A tool's token for an extension that Ada knows, and Grace does not."""
    world, settings = lasting_world, TokenRequest(settings=SETTINGS)
    app = await world.running_extension(token=settings, consented=False)
    await world.write(consents.give, world.ada.person, app.extension, app.extension.manifest.permissions)
    return await world.tool(app)


@pytest.fixture
async def page(lasting_world: World, browser: Browser) -> AsyncIterator[Page]:
    """Ada's."""
    async with sitting(lasting_world.ada, browser) as page:
        yield page


@pytest.fixture
async def graces_page(lasting_world: World, browser: Browser) -> AsyncIterator[Page]:
    async with sitting(lasting_world.grace, browser) as page:
        yield page


async def test_a_dialog_is_answered_by_keyboard_alone(lasting_world: World, tool: Tool, page: Page) -> None:
    pressed = await focused_button(page, tool, button(label="Close issue", confirm=REASON))
    await page.keyboard.press("Enter")
    dialog, field = page.get_by_role("dialog", name="Close it?"), page.get_by_label("Why do you close it?")
    await expect(field).to_be_focused()
    await expect(field).to_have_accessible_description("Standup asks you to confirm Everybody will see why.")

    await page.keyboard.press("Tab")
    await expect(dialog.get_by_role("button", name="Leave it open")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_have_text(
        "Write something first: without it nothing can be done here."
    )
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("aria-invalid", "true")
    assert lasting_world.heard_by(tool.app) == []

    await page.keyboard.type("It is\ndone")
    await page.keyboard.press("Control+Enter")
    await expect(dialog).to_be_hidden()
    await expect(pressed).to_be_focused()
    assert [call["secret"] for call in lasting_world.heard_by(tool.app)] == ["It is\ndone"]


@pytest.mark.parametrize("way", ["Escape", "Leave it open"])
async def test_who_cancels_is_back_at_the_button_and_nothing_was_called(
    lasting_world: World, tool: Tool, page: Page, way: str
) -> None:
    before = lasting_world.heard_by(tool.app)
    pressed = await focused_button(page, tool, button(label="Close issue", confirm=REASON))
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Why do you close it?")).to_be_focused()
    await page.keyboard.type("Never mind")

    if way == "Escape":
        await page.keyboard.press(way)
    else:
        await page.get_by_role("dialog").get_by_role("button", name=way).click()

    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(page.locator("#dialog")).to_be_empty()
    await expect(pressed).to_be_focused()
    assert lasting_world.heard_by(tool.app) == before


async def test_while_an_answer_is_awaited_the_dialog_says_so_and_stays(tool: Tool, page: Page) -> None:
    await focused_button(page, tool, button("decline", {"title": "Sure?"}))
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Sure?")
    await expect(dialog.get_by_role("heading")).to_be_focused()
    answered = await held_back(page, "**/dialogs/accept")

    await dialog.get_by_role("button", name="Continue").click()
    await expect(dialog.get_by_role("status")).to_have_text("Waiting for an answer…")
    await expect(page.locator("#dialog")).to_have_attribute("aria-busy", "true")
    await page.keyboard.press("Escape")
    await dialog.get_by_role("button", name="Cancel").click(force=True)
    await expect(dialog).to_be_visible()
    answered.set()

    await expect(dialog).to_be_hidden()
    await expect(page.locator("#banners")).to_contain_text("Not today")


async def test_an_answer_for_one_person_is_shown_in_the_dialog(tool: Tool, page: Page) -> None:
    pressed = await focused_button(page, tool, button("whisper"))
    await page.keyboard.press("Enter")

    dialog = page.get_by_role("dialog", name="An answer for you")
    await expect(dialog.get_by_role("heading")).to_be_focused()
    await expect(dialog.get_by_role("region", name="Only you can see this")).to_contain_text("For your eyes")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")

    await expect(dialog).to_be_hidden()
    await expect(pressed).to_be_focused()
    await expect(page.locator("#messages")).not_to_contain_text("For your eyes")


async def test_a_button_that_copies_puts_its_text_there_and_says_so(tool: Tool, page: Page) -> None:
    copies = {"label": "Copy", "action": {"type": "copy", "data": {"text": "kubectl rollout undo"}}}
    await focused_button(page, tool, copies)

    await page.keyboard.press("Enter")

    await expect(page.locator("#banners")).to_contain_text("Copied: kubectl rollout undo")
    assert await page.evaluate("navigator.clipboard.readText()") == "kubectl rollout undo"


async def test_what_is_chosen_for_a_token_is_what_it_has(lasting_world: World, tool: Tool, page: Page) -> None:
    await focused_button(page, tool, button("authentication", TOKEN, label="Make a token"))
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Generate token")
    await expect(dialog.get_by_role("checkbox", name="Say everything")).to_have_accessible_description("Much.")
    await expect(dialog.get_by_role("group", name="Style").get_by_role("radio", name="Event 1")).to_be_checked()

    await dialog.get_by_text("Events", exact=True).focus()
    await page.keyboard.press("Enter")
    await dialog.get_by_role("group", name="Events").get_by_role("checkbox", name="Event 3").check()
    await dialog.get_by_role("checkbox", name="Say everything").check()
    await page.set_viewport_size(PHONE)
    assert await page.evaluate(TOO_WIDE) == []
    await dialog.get_by_role("button", name="Create token").click()

    await expect(page.get_by_role("heading", name="Your token is made")).to_be_focused()
    settings = lasting_world.heard_by(tool.app)[-1]["settings"]
    assert settings == {"loud": True, "events": ["event0", "event3"], "style": "event1"}


async def test_a_command_whose_question_is_cancelled_is_still_in_the_composer(tool: Tool, graces_page: Page) -> None:
    page, composer = graces_page, graces_page.locator("#text")
    await composer.fill("/standup cheer")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Share this with it?")
    await expect(dialog.get_by_role("heading")).to_be_focused()
    await expect(dialog).to_contain_text("/standup at this server")

    await page.keyboard.press("Escape")
    await expect(composer).to_be_focused()
    await expect(composer).to_have_value("/standup cheer")

    await page.keyboard.press("Enter")
    await dialog.get_by_role("button", name="Allow and continue").click()
    await expect(dialog).to_be_hidden()
    await expect(composer).to_have_value("")
    await expect(page.locator("article.message").last).to_contain_text(tool.app.title)


async def focused_button(page: Page, tool: Tool, content: dict[str, Any]) -> Locator:
    """A tool posts a button, and somebody reaches it by keyboard."""
    count = await page.locator("article.message").count()
    await tool.say("#builds", {"text": "Press", "buttons": [content]})
    await expect(page.locator("article.message")).to_have_count(count + 1)
    pressed = page.locator("article.message").last.get_by_role("button", name=re.compile(content["label"]))
    await page.locator("#text").focus()
    for stop in (page.get_by_role("button", name="Add a reaction").last, pressed):
        await page.keyboard.press("Shift+Tab")
        await expect(stop).to_be_focused()
    return pressed


async def held_back(page: Page, address: str) -> asyncio.Event:
    """Requests to an address wait for the event."""
    released = asyncio.Event()

    async def hold(route: Route) -> None:
        await released.wait()
        await route.continue_()

    await page.route(address, hold)
    return released
