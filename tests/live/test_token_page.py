"""The pages of tokens in a real browser: choosing, and an admin's look at everybody's."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect
from tests.live.browsing import Reader, reading
from tests.live.running import ADA, Demo

ROW = "li.token"
OPEN_ALL = "for (const details of document.querySelectorAll('details')) details.open = true"


@pytest.fixture
async def ada(browser: Browser, demo: Demo, tmp_path: Path) -> AsyncIterator[Reader]:
    """An admin, and the person whose token demo.json has."""
    async with reading(browser, demo, ADA, tmp_path) as reader:
        yield reader


async def test_what_is_chosen_for_a_token_is_saved_and_still_so_on_the_next_visit(ada: Reader) -> None:
    await ada.open_tokens()
    row = ada.page.locator(ROW)
    pushes = row.get_by_role("checkbox", name="Pushes")
    await ada.page.evaluate(OPEN_ALL)
    await expect(pushes).to_be_checked()

    await pushes.uncheck()
    await row.get_by_role("button", name="Save").click()
    await expect(row.get_by_role("status")).to_have_text("Saved. It holds for what arrives from now on.")
    await ada.assert_fits("settings-phone")
    await ada.page.reload()

    await ada.page.evaluate(OPEN_ALL)
    await expect(pushes).not_to_be_checked()
    await expect(row.get_by_role("checkbox", name="Merge requests")).to_be_checked()


async def test_an_admin_sees_all_tokens_and_their_owners_on_a_phone_too(ada: Reader) -> None:
    await ada.open_tokens()
    await ada.page.get_by_role("navigation", name="Tokens").get_by_role("link", name="All tokens").click()

    await expect(ada.page.get_by_role("heading", level=1)).to_have_text("All tokens")
    await expect(ada.page.locator(ROW)).to_contain_text("Ada Lovelace")
    await ada.assert_fits("all-phone")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_reader_of_screens_finds_nothing_wrong(browser: Browser, demo: Demo, scheme: str) -> None:
    known = demo.facts.persons[ADA]
    # axe has to be let in past the page's policy.
    context = await browser.new_context(color_scheme="dark" if scheme == "dark" else "light", bypass_csp=True)
    page = await context.new_page()
    await page.goto(known.sign_in_url)
    await page.get_by_role("button", name=f"Sign in as {known.name}").click()

    for path in ("/tokens", "/tokens/all"):
        await page.goto(demo.facts.base_url + path)
        await page.evaluate(OPEN_ALL)
        found = await Axe().run(page)
        assert found.response["violations"] == [], path
    await context.close()
