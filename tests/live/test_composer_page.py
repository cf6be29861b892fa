"""What the composer refuses, in a person's words and before anything is sent, and how long the sentence stays.

On one database: it is the page that is looked at.
"""

from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, expect
from tests.world import World

from keypost.files.model import FILE_BYTES_MAX, FILES_MAX
from keypost_sdk.content import TEXT_MAX

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)


async def test_a_text_too_long_is_refused_until_something_changes(world: World, page: Page) -> None:
    refusal, composer = page.locator("#composer-refusal"), page.locator("#text")
    too_long = f"Your message has {TEXT_MAX + 1} characters; {TEXT_MAX} is the most."
    await composer.fill("🔑" * (TEXT_MAX + 1))
    await page.keyboard.press("Enter")
    await expect(refusal).to_have_text(too_long)

    await page.keyboard.press("Backspace")
    await expect(refusal).to_be_hidden()
    await page.keyboard.press("Enter")
    await expect(composer).to_have_value("")
    assert [len(message.content.text) for message in await world.messages_in("#builds")] == [TEXT_MAX]

    await composer.fill("x" * (TEXT_MAX + 1))
    await page.keyboard.press("Enter")
    await expect(refusal).to_have_text(too_long)
    await page.set_input_files("#attach-input", a_file("notes.txt"))
    await expect(refusal).to_be_hidden()


async def test_files_that_are_too_large_or_too_many_are_named_when_they_are_chosen(page: Page, tmp_path: Path) -> None:
    refusal, entries = page.locator("#composer-refusal"), page.locator("#attachments li")
    large = tmp_path / "film.mp4"
    with large.open("wb") as film:
        film.truncate(FILE_BYTES_MAX + 1)

    await page.set_input_files("#attach-input", large)
    await expect(refusal).to_have_text("film.mp4 is too large: a file has at most 50 MiB.")
    await expect(entries).to_have_count(0)

    await page.set_input_files("#attach-input", [a_file(f"{number}.txt") for number in range(FILES_MAX + 1)])
    await expect(refusal).to_have_text(f"Only {FILES_MAX} files go at once: send these first.")
    await expect(entries).to_have_count(FILES_MAX)


async def test_that_nobody_answers_is_said_until_somebody_does(world: World, page: Page) -> None:
    refusal = page.locator("#composer-refusal")
    await page.context.route("**/say", lambda route: route.abort())
    await page.locator("#text").fill("Hello?")
    await page.keyboard.press("Enter")
    await expect(refusal).to_have_text("Keypost does not answer. Check your connection and try again.")

    await world.restart()

    await expect(refusal).to_be_hidden()
    await expect(page.locator("#text")).to_have_value("Hello?")


def a_file(name: str) -> FilePayload:
    return FilePayload(name=name, mimeType="text/plain", buffer=b"Hello")
