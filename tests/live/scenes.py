"""What is looked at: every page, and every state of it that asks for room."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from msgspec import Struct
from playwright.async_api import FilePayload, Locator, Page, ViewportSize, expect
from tests.live.browsing import DESK, PHONE
from tests.live.stage import ALARMS, LONG, NUMBERS, PICTURES, QUIET, Stage
from tests.live.talking import REACTED, TALK
from tests.people import Visitor

from keypost_sdk.content import LABEL_MAX


class Look(Struct, frozen=True):
    name: str
    size: ViewportSize
    scheme: str

    async def put_on(self, page: Page) -> None:
        await page.set_viewport_size(self.size)
        await page.emulate_media(color_scheme="dark" if self.scheme == "dark" else "light", reduced_motion="reduce")


LOOKS: Final = tuple(
    Look(f"{width}-{scheme}", size, scheme)
    for width, size in (("wide", DESK), ("phone", PHONE))
    for scheme in ("light", "dark")
)


async def sign_in(stage: Stage) -> Page:
    page = await stage.page_of(None)
    await page.goto(await stage.world.grace.sign_in_address())
    return page


async def sign_in_long(stage: Stage) -> Page:
    page = await stage.page_of(None)
    await page.goto(await stage.konrad.sign_in_address())
    return page


async def signed_out(stage: Stage) -> Page:
    return await _at(stage, None, "/signed-out")


async def not_signed_in(stage: Stage) -> Page:
    return await _at(stage, None, "/tokens")


async def problem(stage: Stage) -> Page:
    return await _at(stage, stage.world.ada, "/chats/nowhere")


async def chat(stage: Stage) -> Page:
    return await _chat(stage, stage.world.ada)


async def chat_from_its_start(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.ada)
    await _scroll_up(page)
    return page


async def chat_of_the_long(stage: Stage) -> Page:
    return await _chat(stage, stage.world.ada, LONG)


async def numbers(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.ada, NUMBERS)
    await page.get_by_text("Numbers", exact=True).last.click()
    return page


async def empty_chat(stage: Stage) -> Page:
    return await _chat(stage, stage.konrad, QUIET)


async def left_chat(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.alan, QUIET)
    await stage.send_away(stage.world.alan, QUIET)
    await expect(page.locator("#gone")).not_to_be_empty()
    return page


async def talk(stage: Stage) -> Page:
    return await _chat(stage, stage.world.ada, TALK)


async def thread(stage: Stage) -> Page:
    page = await _at(stage, stage.world.ada, f"/chats/{stage.thread.shown_id}")
    await expect(page.locator("#chat")).to_have_attribute("data-live", "on")
    return page


async def closed_thread(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.ada, TALK)
    await page.locator(".message-deleted .talk a").click()
    await expect(page.locator("#closed")).to_be_visible()
    return page


async def reactions(stage: Stage) -> Page:
    """Some, and the choice of one more."""
    page = await _chat(stage, stage.world.ada, TALK)
    message = page.get_by_role("article").filter(has_text="Mended")
    await message.get_by_role("button", name="Add a reaction").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("group", name="Add a reaction").get_by_role("button").nth(2).click()
    await expect(message.locator(".reaction")).to_have_count(len(REACTED) + 1)
    await message.hover()
    return page


async def choice_of_reactions(stage: Stage) -> Page:
    page = await reactions(stage)
    await page.get_by_role("button", name="Add a reaction").last.click()
    await expect(page.get_by_role("group", name="Add a reaction")).to_be_visible()
    return page


async def message_menu(stage: Stage) -> Page:
    """Of one's own message with a thread: everything that a menu can have."""
    page = await _chat(stage, stage.world.ada, TALK)
    await _choose(page, "failed in", "")
    return page


async def answering(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.ada, TALK)
    await _choose(page, "failed in", "Answer")
    await page.locator("#text").fill("I am on it")
    return page


async def editing(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.ada, TALK)
    await _choose(page, "failed in", "Edit…")
    await page.get_by_role("textbox", name="Edit your message").fill("")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert").filter(visible=True)).to_be_visible()
    return page


async def deleting(stage: Stage) -> Page:
    """As an admin, what somebody else said."""
    page = await _chat(stage, stage.world.ada, TALK)
    await _choose(page, "Looking at it now", "Delete…")
    return page


async def menu_by_finger(stage: Stage) -> Page:
    page = await by_finger(stage)
    await _choose(page, "Looking at it now", "")
    return page


async def by_finger(stage: Stage) -> Page:
    """Nothing hovers: what a pointer brings up is there already."""
    page = await stage.page_of(stage.world.ada, by_finger=True)
    await page.goto(f"{stage.world.base}/chats/{stage.world.id_of(TALK)}")
    await expect(page.locator("#chat")).to_have_attribute("data-live", "on")
    return page


async def poll(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.ada, NUMBERS)
    ballot = page.get_by_role("group", name="Where?")
    await ballot.get_by_text("There").click()
    await expect(ballot.get_by_role("button", pressed=True)).to_have_count(1)
    await ballot.get_by_role("button").last.focus()
    return page


async def new_messages_below(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.ada, LONG)
    await _scroll_up(page)
    await stage.long.say(LONG, "One more")
    await expect(page.locator("#new-messages")).to_be_visible()
    return page


async def files(stage: Stage) -> Page:
    """Some that were sent, and some that are about to be."""
    page = await _chat(stage, stage.world.ada, PICTURES)
    await page.set_input_files("#attach-input", [_chosen("notes.txt"), _chosen(f"{'x' * 80}.tar.gz")])
    picture = page.locator(".file-picture img")
    await picture.evaluate("(image) => image.decode()")
    return page


async def sidebar(stage: Stage) -> Page:
    page = await _chat(stage, stage.konrad, QUIET)
    await page.set_viewport_size(PHONE)
    await page.get_by_role("button", name="Chats", exact=True).click()
    await expect(page.get_by_role("navigation", name="Chats")).to_be_visible()
    return page


async def commands(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.ada)
    await page.locator("#text").fill("/")
    await expect(page.get_by_role("listbox", name="Commands")).to_be_visible()
    return page


async def refused_command(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.ada)
    await page.locator("#text").fill("/nothing of the kind")
    await page.keyboard.press("Enter")
    await expect(page.locator("#composer-refusal")).to_be_visible()
    return page


async def hint(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.ada, LONG)
    await page.get_by_role("button", name="W" * LABEL_MAX).last.focus()
    await expect(page.get_by_role("tooltip").last).to_be_visible()
    return page


async def consent_and_mint(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.grace)
    dialog = await _press(page, "Connect projects")
    await expect(dialog).to_contain_text("It will be told")
    await dialog.get_by_text("Events to show").click()
    return page


async def mint_again(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.ada)
    dialog = await _press(page, "Connect projects")
    await expect(dialog.get_by_role("radio", name="Replace")).to_be_checked()
    return page


async def mint_long(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.grace, LONG)
    await _press(page, "Connect all")
    return page


async def confirm(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.ada)
    dialog = await _press(page, "Close the issue")
    await dialog.get_by_role("button", name="Close the issue").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    return page


async def confirm_long(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.ada, LONG)
    await _press(page, "W" * LABEL_MAX)
    return page


async def minted(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.ada)
    dialog = await _press(page, "Connect projects")
    await dialog.get_by_role("radio", name="Add another").check()
    await dialog.get_by_role("button", name="create token").click()
    await expect(dialog.get_by_role("heading", name="Your token is made")).to_be_visible()
    return page


async def connection(stage: Stage) -> Page:
    page = await minted(stage)
    await page.get_by_role("button", name="Show address and header").click()
    await expect(page.get_by_role("heading", name="Address and header")).to_be_focused()
    return page


async def minted_long(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.ada, LONG)
    dialog = await _press(page, "Connect all")
    await dialog.get_by_role("button", name="create token").click()
    await expect(dialog.get_by_role("heading", name="Your token is made")).to_be_visible()
    return page


async def private_answer(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.ada)
    await _press(page, "Who is on call?")
    return page


async def private_answer_long(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.ada, LONG)
    await _press(page, "List all")
    return page


async def late_answer(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.ada)
    await stage.answer_ada_late()
    await expect(page.locator(".private-answer")).to_be_visible()
    return page


async def banners(stage: Stage) -> Page:
    page = await _chat(stage, stage.world.ada, ALARMS)
    await page.get_by_role("button", name="Ask why").click()
    await expect(page.locator(".banner-failure")).to_be_visible()
    await page.get_by_role("button", name="Copy its name").click()
    await page.get_by_role("button", name="Heat it").click()
    await expect(page.locator(".banner-success")).to_have_count(2)
    await page.locator(".banner-success").first.hover()
    return page


async def tokens(stage: Stage) -> Page:
    page = await _at(stage, stage.world.ada, "/tokens")
    await page.get_by_text("Settings", exact=True).first.click()
    await page.get_by_text("more", exact=False).last.click()
    return page


async def no_tokens(stage: Stage) -> Page:
    return await _at(stage, stage.world.alan, "/tokens")


async def all_tokens(stage: Stage) -> Page:
    return await _at(stage, stage.world.ada, "/tokens/all")


async def revoke(stage: Stage) -> Page:
    page = await _at(stage, stage.world.ada, "/tokens/all")
    await page.get_by_role("button", name="Revoke the token of").first.click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    return page


async def api(stage: Stage) -> Page:
    return await _at(stage, None, "/api/docs")


async def gallery(stage: Stage) -> Page:
    return await _at(stage, None, "/gallery")


Scene = Callable[[Stage], Awaitable[Page]]
SCENES: Final[Mapping[str, Scene]] = {
    scene.__name__.replace("_", "-"): scene
    for scene in (
        sign_in,
        sign_in_long,
        signed_out,
        not_signed_in,
        problem,
        chat,
        chat_from_its_start,
        chat_of_the_long,
        numbers,
        empty_chat,
        left_chat,
        talk,
        thread,
        closed_thread,
        reactions,
        choice_of_reactions,
        message_menu,
        answering,
        editing,
        deleting,
        by_finger,
        menu_by_finger,
        poll,
        new_messages_below,
        files,
        sidebar,
        commands,
        refused_command,
        hint,
        consent_and_mint,
        mint_again,
        mint_long,
        confirm,
        confirm_long,
        minted,
        connection,
        minted_long,
        private_answer,
        private_answer_long,
        late_answer,
        banners,
        tokens,
        no_tokens,
        all_tokens,
        revoke,
        api,
        gallery,
    )
}
PHONE_ONLY: Final = frozenset({"sidebar", "by-finger", "menu-by-finger"})


def looks_of(scene: str) -> tuple[Look, ...]:
    return tuple(look for look in LOOKS if look.size == PHONE or scene not in PHONE_ONLY)


def _chosen(name: str) -> FilePayload:
    return FilePayload(name=name, mimeType="text/plain", buffer=b"Hello")


async def _at(stage: Stage, who: Visitor | None, path: str) -> Page:
    page = await stage.page_of(who)
    await page.goto(stage.world.base + path)
    return page


async def _chat(stage: Stage, who: Visitor, name: str = "#builds") -> Page:
    page = await _at(stage, who, f"/chats/{stage.world.id_of(name)}")
    await expect(page.locator("#chat")).to_have_attribute("data-live", "on")
    return page


async def _scroll_up(page: Page) -> None:
    await page.locator("#log").evaluate("(log) => new Promise((done) => { log.onscroll = done; log.scrollTop = 0; })")


async def _press(page: Page, label: str) -> Locator:
    await page.locator("article").get_by_role("button", name=label).last.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    return dialog


async def _choose(page: Page, message: str, entry: str) -> None:
    """From the menu of that message; with no entry it stays open."""
    shown = page.get_by_role("article").filter(has_text=message).first
    await shown.hover()
    await shown.get_by_role("button", name="More").click()
    await expect(page.get_by_role("menu")).to_be_visible()
    if entry:
        await page.get_by_role("menuitem", name=entry, exact=True).click()
