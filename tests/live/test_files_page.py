"""Files on the page: chosen, sent, seen live by others, saved."""

from pathlib import Path

from playwright.async_api import Browser, FilePayload, expect
from tests.files.forms import png
from tests.live.browsing import Reader, reading
from tests.live.running import ADA, GRACE, Demo


async def test_files_are_sent_from_the_page_and_seen_by_others(browser: Browser, demo: Demo, tmp_path: Path) -> None:
    async with reading(browser, demo, ADA, tmp_path) as ada, reading(browser, demo, GRACE, tmp_path) as grace:
        await ada.open_builds()
        await grace.open_builds()

        await _send(grace)

        article = ada.page.locator("article", has_text="Look at this")
        picture = article.get_by_role("img", name="chart.png")
        await expect(picture).to_be_visible()
        await picture.scroll_into_view_if_needed()
        assert await picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") == 320
        assert await _saved(ada) == b"<script>alert(1)</script>"
        await expect(grace.page.locator("#attachments li")).to_have_count(0)
        await expect(grace.page.get_by_label("Message #builds")).to_have_value("")


async def _send(reader: Reader) -> None:
    """Three are chosen, of which one is taken out again, by keyboard."""
    page = reader.page
    chosen = [("chart.png", png(320, 200)), ("mistake.txt", b"no"), ("page.html", b"<script>alert(1)</script>")]
    await page.set_input_files(
        "#attach-input", [FilePayload(name=name, mimeType="", buffer=content) for name, content in chosen]
    )
    await page.get_by_role("button", name="Do not send mistake.txt").press("Enter")
    await expect(page.get_by_role("button", name="Attach files")).to_be_focused()
    await page.get_by_label("Message #builds").fill("Look at this")
    await page.get_by_role("button", name="Send", exact=True).click()


async def _saved(reader: Reader) -> bytes:
    async with reader.page.expect_download() as coming:
        await reader.page.get_by_role("link", name="Save page.html").click()
    saved = await coming.value
    assert saved.suggested_filename == "page.html"
    return (await saved.path()).read_bytes()
