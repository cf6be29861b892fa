"""The gallery: what a tool can send, as people see it. Its pictures are kept in the folder `artefacts`.

On one database: it is the page that is looked at.
"""

from pathlib import Path
from typing import Final

import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, Page
from tests.live.browsing import ALIVE
from tests.live.scenes import LOOKS, Look
from tests.world import World

from keypost.gallery.samples import Group, Sample, read

pytestmark = pytest.mark.parametrize("lasting_world", ["sqlite"], indirect=True, scope="module")

PICTURES: Final = Path(__file__).parents[2] / "artefacts" / "gallery"
SOME_MESSAGE: Final = b"1599387839188_229293271789"
"""Samples name it where a sender names a message that is there."""
GROUPS: Final = {group.name: group for group in read()}
SAMPLES: Final = [sample for group in GROUPS.values() for sample in group.samples]


async def open_gallery(world: World, browser: Browser) -> Page:
    context = await browser.new_context(bypass_csp=True, reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(f"{world.base}/gallery")
    return page


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
async def test_each_group_has_its_picture_taken(lasting_world: World, browser: Browser, look: Look) -> None:
    page = await open_gallery(lasting_world, browser)
    await look.put_on(page)
    PICTURES.mkdir(parents=True, exist_ok=True)

    taken = []
    for group in GROUPS.values():
        file = PICTURES / f"{group.name}-{look.name}.png"
        await page.locator(f"section:has(> #{group.name})").screenshot(path=file, animations="disabled")
        taken.append(file)

    await page.context.close()
    assert [file.name for file in taken if file.stat().st_size == 0] == []


async def test_nothing_of_what_strangers_send_is_alive(lasting_world: World, browser: Browser) -> None:
    page = await open_gallery(lasting_world, browser)

    alive = await page.evaluate(ALIVE)

    await page.context.close()
    assert alive == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
async def test_the_gallery_says_of_a_sample_what_the_server_says_of_a_post(
    lasting_world: World, sample: Sample
) -> None:
    tool = await lasting_world.standing_tool()
    earlier = await tool.say("#builds", {"text": "Earlier", "sync_message": True})
    body = sample.body.replace(SOME_MESSAGE, earlier.json["message_id"].encode())
    shown = section_of((await lasting_world.stranger.get("/gallery")).text, sample.name)

    answer = await tool.carry("/api/v2/channelsbyname/builds/message", body)

    if answer.refused_with:
        assert f"<code>{answer.refused_with}</code>" in shown
    else:
        assert 'class="message"' in shown


@pytest.mark.parametrize("group", GROUPS.values(), ids=lambda group: group.name)
async def test_only_what_is_broken_is_refused(lasting_world: World, group: Group) -> None:
    page = (await lasting_world.stranger.get("/gallery")).text

    refused = [sample.name for sample in group.samples if "sample-refused" in section_of(page, sample.name)]

    assert refused == ([sample.name for sample in group.samples] if group.name == "broken" else [])


def section_of(page: str, name: str) -> str:
    return page.partition(f'id="{name}"')[2].partition("</details>")[0]


async def test_only_the_demo_has_a_gallery(lasting_world: World) -> None:
    lasting_world.settings = replace(lasting_world.settings, demo=False)
    await lasting_world.restart()

    answer = await lasting_world.stranger.get("/gallery")

    assert (answer.status, answer.refused_with) == (404, "url_not_found")
