"""The pages without a mouse and without eyes: where the keys lead, and what is said aloud.

On one database: it is the pages that are looked at.
"""

from collections.abc import AsyncIterator
from typing import Any, Final, Literal

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from tests.extensions.answering import timed_out
from tests.extensions.pressing import button
from tests.live.browsing import PHONE
from tests.live.sitting import sitting
from tests.people import Tool
from tests.world import World

from keypost.chat import service as chat
from keypost.extensions.manifest import Command, TokenRequest, TokenSetting
from keypost_sdk.content import Message

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)

TOKEN: Final = {"title": "Generate token", "input": {"type": "user_webhook_token"}}
LOUD: Final = TokenSetting(name="loud", title="Say everything", type="switch", default=False)
CONTROLS: Final[tuple[tuple[Literal["radio", "checkbox", "button"], str], ...]] = (
    ("radio", "Replace it"),
    ("checkbox", "Say everything"),
    ("button", "Cancel"),
    ("button", "Create token"),
)
COMMANDS: Final = (Command("standup"), Command("stand"), Command("sit"))
WHERE: Final = """
() => {
  const focused = document.activeElement;
  if (focused === document.body) return "the browser itself";
  return focused.closest("dialog") ? "the dialog" : focused.outerHTML;
}
"""


@pytest.fixture
async def tool(world: World) -> Tool:
    """Of an extension with commands, and with something to choose for a token."""
    return await world.tool(await world.running_extension(commands=COMMANDS, token=TokenRequest(settings=(LOUD,))))


@pytest.fixture
async def page(world: World, tool: Tool, browser: Browser) -> AsyncIterator[Page]:  # noqa: ARG001 - made before it
    """Ada's."""
    async with sitting(world.ada, browser) as page:
        yield page


async def test_tab_visits_the_buttons_of_a_message_as_they_are_read(tool: Tool, page: Page) -> None:
    ask = {"type": "button", "object": button("note", label="")}
    content = {
        "text": "Shall I [begin]($1)?",
        "references": {"1": ask},
        "card": {"title": "A card", "buttons": [button("note", label="Of the card")]},
        "slides": [{"type": "text", "data": "…", "buttons": [button("note", label="Of the slide")]}],
        "buttons": [button("note", label="First"), button("note", label="Last")],
    }
    await post(tool, page, content)
    await page.locator("#log").focus()

    visited = []
    for _ in range(5):
        await page.keyboard.press("Tab")
        visited.append(await page.evaluate("document.activeElement.textContent"))

    assert visited == ["begin", "Of the card", "Of the slide", "First", "Last"]
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Add a reaction")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.locator("#text")).to_be_focused()


async def test_a_reaction_is_chosen_given_and_taken_back_by_the_keyboard(tool: Tool, page: Page) -> None:
    await post(tool, page, {"text": "First"})
    await post(tool, page, {"text": "Second"})
    add, reaction = page.locator("[data-react]"), page.locator(".reaction")
    await add.last.focus()

    await page.keyboard.press("ArrowUp")
    await expect(add.first).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Thumbs up")).to_be_focused()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    await expect(add.first).to_be_focused()
    await expect(reaction).to_have_attribute("aria-pressed", "true")
    await expect(reaction).to_have_accessible_name("✅ 1")
    await expect(reaction).to_have_accessible_description("Ada Lovelace")

    await reaction.focus()
    await page.keyboard.press("Enter")
    await expect(reaction).to_have_count(0)
    await expect(add.first).to_be_focused()


async def test_a_vote_is_given_changed_and_taken_back_by_the_keyboard(tool: Tool, page: Page) -> None:
    options = [{"text": "Monday"}, {"text": "Tuesday"}]
    await post(tool, page, {"text": "When?", "card": {"title": "A day", "theme": "poll", "options": options}})
    poll, monday, tuesday = (
        page.get_by_role("group", name="A day"),
        page.locator(".vote").first,
        page.locator(".vote").last,
    )
    await monday.focus()

    await page.keyboard.press("Enter")
    await expect(monday).to_have_attribute("aria-pressed", "true")
    await expect(monday).to_have_accessible_name("Monday 1 vote · 100%")
    await expect(monday).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await expect(tuesday).to_have_attribute("aria-pressed", "true")
    await expect(monday).to_have_attribute("aria-pressed", "false")
    await page.keyboard.press("Space")
    await expect(poll).to_contain_text("0 votes")
    await expect(tuesday).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
async def test_tab_stays_in_an_open_dialog(tool: Tool, page: Page, key: str) -> None:
    await open_dialog(tool, page, TOKEN)

    visited = []
    for _ in range(8):
        await page.keyboard.press(key)
        visited.append(await page.evaluate(WHERE))

    assert set(visited) <= {"the dialog", "the browser itself"}
    assert visited.count("the dialog") > len(visited) / 2


async def test_the_focus_goes_along_from_the_button_to_what_came_of_it_and_back(tool: Tool, page: Page) -> None:
    pressed = await open_dialog(tool, page, TOKEN)
    await expect(page.get_by_role("heading", name="Generate token")).to_be_focused()

    for role, name in CONTROLS:
        await page.keyboard.press("Tab")
        await expect(page.get_by_role(role, name=name)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Your token is made")).to_be_focused()
    await expect(page.get_by_role("heading", name="Your token is made")).to_have_accessible_description(
        "Success: Standup is connected"
    )

    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Address and header")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("textbox", name="Address")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Copied.")).to_be_attached()

    await page.keyboard.press("Escape")
    await expect(pressed).to_be_focused()


async def test_a_banner_is_said_by_what_was_there_before_it_and_goes_by_the_keyboard(tool: Tool, page: Page) -> None:
    said = await page.query_selector("#banners")
    await expect(page.locator("#banners")).to_have_role("status")
    decline = await post(tool, page, {"text": "Press", "buttons": [button("decline")]})
    copies = await post(tool, page, {"text": "Or", "buttons": [copying("one")]})

    for pressed, words in ((decline, "Not today"), (copies, "Copied: one")):
        await pressed.focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#banners")).to_contain_text(words)
        await expect(pressed).to_be_focused()

    assert said is not None
    assert "Not today" in await said.inner_text()
    dismiss = page.get_by_role("button", name="Dismiss")
    await dismiss.first.focus()
    await page.keyboard.press("Enter")
    await expect(dismiss).to_be_focused()
    await expect(page.locator("#banners")).to_have_text("Not today")
    await page.keyboard.press("Enter")
    await expect(page.locator("#log")).to_be_focused()


async def test_a_banner_waits_until_the_dialog_before_it_is_closed(world: World, tool: Tool, page: Page) -> None:
    await open_dialog(tool, page, TOKEN)
    late = await timed_out(world, await world.tool(tool.app))
    await world.stranger.post(late, {"type": "banner", "text": "Done at last", "status": "failure"})
    await tool.say("#builds", "And on")
    await expect(page.locator("article.message").last).to_contain_text("And on")
    await expect(page.locator("#banners")).to_be_empty()

    await page.keyboard.press("Escape")

    await expect(page.locator("#banners")).to_contain_text("Done at last")


async def test_who_writes_goes_on_writing_while_messages_come_and_change(world: World, tool: Tool, page: Page) -> None:
    await post(tool, page, {"text": "As it was"})
    composer = page.locator("#text")
    await composer.focus()
    await page.keyboard.type("Half a sent")

    message = (await world.messages_in("#builds"))[-1]
    await world.write(chat.edit, message.org_id, message.chat_id, message.id, Message(text="As it is"))
    await tool.say("#builds", "Another")

    await expect(page.get_by_role("log")).to_contain_text("As it is")
    await expect(page.get_by_role("log")).to_contain_text("Another")
    await page.keyboard.type("ence")
    await expect(composer).to_be_focused()
    await expect(composer).to_have_value("Half a sentence")


async def test_arrows_choose_a_command_and_the_number_of_them_is_said(page: Page) -> None:
    composer, status = page.locator("#text"), page.locator("#commands-status")
    await composer.focus()
    await page.keyboard.type("/s")
    await expect(status).to_have_role("status")
    await expect(status).to_have_text("3 commands. Arrow keys choose, Tab completes.")

    chosen = [await active_option(page)]
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"):
        await page.keyboard.press(key)
        chosen.append(await active_option(page))
    assert chosen == ["/standup", "/stand", "/sit", "/standup", "/sit"]

    await page.keyboard.press("Enter")
    await expect(composer).to_have_value("/sit ")
    await expect(page.get_by_role("listbox")).to_be_hidden()
    await expect(composer).not_to_have_attribute("aria-activedescendant", "")


async def test_escape_puts_the_commands_away_and_leaves_what_is_written(page: Page) -> None:
    composer = page.locator("#text")
    await composer.focus()
    await page.keyboard.type("/st")
    await expect(page.get_by_role("option", name="/standup")).to_be_visible()

    await page.keyboard.press("Escape")
    await page.keyboard.type("a")

    await expect(page.get_by_role("listbox")).to_be_hidden()
    await expect(composer).to_be_focused()
    await expect(composer).to_have_value("/sta")


@pytest.mark.parametrize("way", ["Escape", "Close the list of chats"])
async def test_on_a_phone_the_list_of_chats_takes_the_focus_and_gives_it_back(page: Page, way: str) -> None:
    await page.set_viewport_size(PHONE)
    await expect(page.locator("#sidebar")).to_be_hidden()
    toggle = page.get_by_role("button", name="Chats", exact=True)
    await toggle.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="builds")).to_be_focused()
    await expect(page.locator("#chat")).to_have_js_property("inert", value=True)

    if way == "Escape":
        await page.keyboard.press(way)
    else:
        await page.get_by_role("button", name=way).click()

    await expect(toggle).to_be_focused()
    await expect(toggle).to_have_attribute("aria-expanded", "false")
    await expect(page.get_by_role("navigation", name="Chats")).to_have_count(0)


async def test_a_token_is_set_up_and_kept_by_keyboard(world: World, page: Page) -> None:
    await page.goto(f"{world.base}/tokens")
    await page.get_by_text("Settings", exact=True).focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("checkbox", name="Say everything")).to_be_focused()
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Save the settings of the token for Standup")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("Saved. It holds for what arrives from now on.")

    revoke = page.get_by_role("button", name="Revoke the token for Standup")
    await revoke.focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Revoke this token?")
    await expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    await expect(dialog).to_have_accessible_description(
        "What Standup set up with it stops posting to #builds with the next message. This cannot be undone."
    )
    await page.keyboard.press("Enter")
    await expect(revoke).to_be_focused()
    await expect(page.locator(".token")).to_have_attribute("data-state", "live")


async def post(tool: Tool, page: Page, content: dict[str, Any]) -> Locator:
    """A tool posts; answers the first button of the message on the page."""
    count = await page.locator("article.message").count()
    answer = await tool.say("#builds", content)
    assert answer.status == 204, answer.text
    message = page.locator("article.message").nth(count)
    await expect(message).to_be_visible()
    return message.get_by_role("button").first


async def open_dialog(tool: Tool, page: Page, confirm: dict[str, Any]) -> Locator:
    """Answers the button that was pressed."""
    pressed = await post(tool, page, {"text": "Press", "buttons": [button("authentication", confirm)]})
    await pressed.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    return pressed


async def active_option(page: Page) -> str:
    """The command that a screen reader is told of."""
    name = await page.locator("#text").get_attribute("aria-activedescendant")
    option = page.locator(f"#{name}[aria-selected=true]")
    return await option.locator(".command-name").inner_text()


def copying(text: str) -> dict[str, Any]:
    return {"label": "Copy", "action": {"type": "copy", "data": {"text": text}}}
