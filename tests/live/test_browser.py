"""The whole way in a real browser: a button, a key, an event of GitLab, a message on the screen."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Browser, expect
from tests.live.browsing import ALIVE, Reader, reading, workers
from tests.live.running import ADA, GRACE, Demo, send_gitlab
from tests.live.visitor import Answer, post
from tests.messages.test_sanitiser import ATTACKS, message_full_of

from keypost.tokens.secret import SHAPE

TOKEN_ROW = "li.token"
PARTS = ("Address", "Header", "Value of the header")


@pytest.fixture
async def ada(browser: Browser, demo: Demo, tmp_path: Path) -> AsyncIterator[Reader]:
    """The person whose token demo.json has."""
    async with reading(browser, demo, ADA, tmp_path) as reader:
        yield reader


@pytest.fixture
async def grace(browser: Browser, demo: Demo, tmp_path: Path) -> AsyncIterator[Reader]:
    """A member who has no token yet."""
    async with reading(browser, demo, GRACE, tmp_path) as reader:
        yield reader


async def test_a_button_a_key_and_gitlabs_events_live(grace: Reader, ada: Reader) -> None:
    await ada.open_builds()
    await ada.page.evaluate("window.notReloaded = true")
    await grace.open_builds()

    await _call_the_extension(grace)
    await expect(ada.newest).to_contain_text("Click on the token generation button below!")
    await _see_the_question(grace)
    address, header, secret = await _accept_and_look(grace)
    await _watch_events_arrive(grace, ada, address, header, secret)

    assert await ada.page.evaluate("window.notReloaded") is True


async def test_the_hint_shows_to_the_pointer_and_to_the_keyboard(grace: Reader) -> None:
    await grace.open_builds()
    await _call_the_extension(grace)
    button = grace.newest.get_by_role("button", name="Create Webhook")
    hint = grace.newest.get_by_role("tooltip", include_hidden=True)
    await expect(hint).to_have_css("visibility", "hidden")

    await button.hover()
    await expect(hint).to_have_css("opacity", "1")
    await expect(hint).to_have_css("visibility", "visible")
    await expect(button).to_have_accessible_description("Generates a token and connects GitLab.")
    await grace.look("hint")

    await grace.page.mouse.move(1, 1)
    await expect(hint).to_have_css("visibility", "hidden")
    await grace.page.locator("#text").focus()
    for stop in (grace.newest.get_by_role("button", name="Add a reaction"), button):
        await grace.page.keyboard.press("Shift+Tab")
        await expect(stop).to_be_focused()
    await expect(hint).to_have_css("opacity", "1")
    await expect(hint).to_have_css("visibility", "visible")


async def test_escape_leaves_nothing_behind(grace: Reader) -> None:
    await grace.open_builds()
    await _call_the_extension(grace)
    await grace.press("Create Webhook")
    await expect(grace.dialog).to_be_visible()

    await grace.page.keyboard.press("Escape")

    await expect(grace.dialog).to_be_hidden()
    await expect(grace.page.locator("#dialog")).to_be_empty()
    await grace.open_tokens()
    await expect(grace.page.get_by_role("heading", name="No tokens yet")).to_be_visible()


async def test_a_second_key_can_replace_or_join_the_first_and_a_revoked_one_is_refused(grace: Reader) -> None:
    await grace.open_builds()
    await _call_the_extension(grace)
    await grace.press("Create Webhook")
    first = await _accept_and_look(grace)
    await grace.press("Create Webhook")
    choice = grace.dialog.get_by_role("group", name="You already have a token for GitLab")
    await expect(choice.get_by_role("radio", name="Replace it")).to_be_checked()
    await expect(choice).to_contain_text("The old one ends in 24 hours.")
    await choice.get_by_role("radio", name="Add another").check()
    await grace.look("second")
    second = await _accept_and_look(grace)

    await grace.press("Create Webhook")
    await expect(grace.dialog).to_contain_text("You already have 2 tokens for GitLab")
    third = await _accept_and_look(grace)

    await grace.open_tokens()
    await expect(grace.page.locator(TOKEN_ROW)).to_have_count(3)
    states = await grace.page.locator(f"{TOKEN_ROW} .state").all_inner_texts()
    assert sorted(state.split(" ")[0] for state in states) == ["Ends", "Ends", "Live"]
    assert {(await _push(*key)).status for key in (first, second, third)} == {200}
    await _revoke(grace, third[0])
    assert [(await _push(*key)).status for key in (first, second, third)] == [200, 200, 401]


async def test_the_tokens_page_lists_and_revokes_on_a_phone_too(ada: Reader) -> None:
    await ada.open_tokens()
    await ada.assert_fits("tokens-phone")
    row = ada.page.locator(TOKEN_ROW)
    await expect(row).to_have_count(1)
    await expect(row).to_contain_text("#builds")

    await row.get_by_role("button", name="Revoke").click()
    await expect(ada.dialog).to_contain_text("stops posting to #builds")
    await ada.assert_fits("revoke-phone")
    await ada.dialog.get_by_role("button", name="Keep it").click()
    await expect(row).to_have_attribute("data-state", "live")

    await row.get_by_role("button", name="Revoke").click()
    await ada.dialog.get_by_role("button", name="Revoke").click()
    await expect(row).to_have_attribute("data-state", "over")
    await expect(row.get_by_role("button")).to_have_count(0)


async def test_no_attack_in_a_message_comes_alive(demo: Demo, ada: Reader) -> None:
    await ada.open_builds()
    storable = [attack for attack in ATTACKS if "\x00" not in attack]

    answers = [await _post(demo, msgspec.to_builtins(message_full_of(attack))) for attack in storable]
    await _post(demo, {"text": "After all attacks"})
    await expect(ada.newest).to_contain_text("After all attacks")
    alive_live = await ada.page.evaluate(ALIVE)
    await ada.page.reload()
    await expect(ada.newest).to_contain_text("After all attacks")
    alive_loaded = await ada.page.evaluate(ALIVE)
    await ada.assert_fits("attacks-phone")

    assert {answer.status for answer in answers} == {204}
    assert await ada.page.locator(".message button").count() > len(storable)
    assert (alive_live, alive_loaded) == ([], [])


async def test_on_a_phone_nothing_lies_beside_the_screen(demo: Demo, grace: Reader) -> None:
    await grace.open_builds()
    await _call_the_extension(grace)
    for event in ("push", "merge_request", "pipeline"):
        await _sample(demo, event)
    await expect(grace.page.get_by_role("table")).to_be_visible()
    await grace.assert_fits("chat-phone")

    await grace.press("Create Webhook")
    await grace.assert_fits("dialog-phone")
    await grace.dialog.get_by_role("button", name="Create token").click()
    await grace.dialog.get_by_role("button", name="Show address and header").click()
    await expect(grace.dialog.get_by_text("X-Keypost-Token")).to_be_visible()
    await grace.assert_fits("connection-phone")


async def test_tabs_of_one_person_share_one_stream(browser: Browser, demo: Demo, ada: Reader) -> None:
    await ada.open_builds()
    second = await ada.open_tab()
    await second.open_builds()

    await _sample(demo, "push")

    for tab in (ada, second):
        await expect(tab.newest.locator(".card-title")).to_contain_text("3 commits on main")
    assert await workers(browser) == [f"{demo.facts.base_url}/static/js/live-worker.js"]


async def _call_the_extension(reader: Reader) -> None:
    """Types /gitlab and agrees that it may know who that is; the extension answers as itself, with its button."""
    await reader.say("/gitlab")
    await reader.dialog.get_by_role("button", name="Allow and continue").click()
    await expect(reader.newest).to_contain_text("Click on the token generation button below!")
    await expect(reader.newest.locator(".sender")).to_have_text("GitLab")
    await expect(reader.newest.locator(".badge-extension")).to_have_text("Extension")


async def _see_the_question(reader: Reader) -> None:
    await reader.press("Create Webhook")
    await expect(reader.dialog).to_be_visible()
    await expect(reader.dialog.get_by_role("heading", name="Generate token")).to_be_focused()
    for said in (
        "GitLab asks for a token of yours",
        "GitLab posts to this chat with a token of yours. You can revoke it at any time.",
        "Extension by",
        "Keypost extensions@keypost.example",
        "authentication at this server",
        "It will be able to",
        "Send events",
        "Post messages",
        "#builds",
        "when you revoke it",
    ):
        await expect(reader.dialog).to_contain_text(said)
    await expect(reader.dialog.get_by_role("radio")).to_have_count(0)
    await reader.look("question")


async def _accept_and_look(reader: Reader) -> tuple[str, str, str]:
    """Accepts, and asks to see what was made; the dialog shows it once. Answers address, header and secret."""
    await reader.dialog.get_by_role("button", name="Create token").click()
    await expect(reader.dialog.get_by_role("heading", name="Your token is made: one step is left")).to_be_focused()
    await expect(reader.dialog.locator("pre")).to_contain_text("keypost extension set gitlab")
    assert not SHAPE.search(await reader.page.content())

    look = reader.dialog.get_by_role("button", name="Show address and header")
    await look.click()
    await expect(look).to_have_count(0)
    parts = [reader.dialog.get_by_role("textbox", name=name, exact=True) for name in PARTS]
    address, header, secret = [await part.inner_text() for part in parts]
    await reader.look("connection")
    await reader.dialog.get_by_role("button", name="Done").click()
    await expect(reader.dialog).to_be_hidden()

    assert SHAPE.fullmatch(secret)
    assert secret not in address
    assert secret not in await reader.page.content()
    return address, header, secret


async def _watch_events_arrive(grace: Reader, ada: Reader, address: str, header: str, secret: str) -> None:
    for event, title, button, detail in (
        ("push", "3 commits on main", "Compare", "Carry the one across all wheels"),
        ("merge_request", "!42 Compute to fifty digits", "Open merge request", "fifty-digits"),
        ("pipeline", "Pipeline #310 failed", "Open pipeline", "3 min 4 s"),
    ):
        answer = await asyncio.to_thread(send_gitlab, event, address, header, secret)
        assert answer.status == 200, answer.text
        for reader in (grace, ada):
            await expect(reader.newest.locator(".card-title")).to_contain_text(title)
            await expect(reader.newest.locator(".sender")).to_have_text("GitLab")
            await expect(reader.newest.locator(".badge-extension")).to_have_text("Extension")
            await expect(reader.newest.get_by_role("link", name=button)).to_have_attribute(
                "href", re.compile("https://")
            )
            await expect(reader.newest).to_contain_text(detail)
    for reader in (grace, ada):
        table = reader.newest.get_by_role("table")
        await expect(table.get_by_role("columnheader")).to_have_text(["Stage", "Job", "Status", "Duration"])
        await expect(table.get_by_role("row")).to_have_count(5)
    await ada.look("events")


async def _revoke(reader: Reader, address: str) -> None:
    row = reader.page.locator("#token-" + address.rpartition("token=")[2])
    await row.get_by_role("button", name="Revoke").click()
    await reader.dialog.get_by_role("button", name="Revoke").click()
    await expect(row).to_have_attribute("data-state", "over")


async def _push(address: str, header: str, secret: str) -> Answer:
    return await asyncio.to_thread(send_gitlab, "push", address, header, secret)


async def _sample(demo: Demo, event: str) -> Answer:
    """With the demo's own token."""
    address = demo.facts.extensions[0].production.incoming_url
    return await asyncio.to_thread(send_gitlab, event, address, "X-Keypost-Token", demo.facts.token)


async def _post(demo: Demo, content: object) -> Answer:
    url = f"{demo.facts.base_url}/api/v2/channelsbyname/builds/message"
    return await asyncio.to_thread(post, url, content, [("X-Keypost-Token", demo.facts.token)])
