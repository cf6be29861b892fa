"""What a mention is to the reader whom it calls, and to the others."""

import pytest
from playwright.async_api import Browser, expect
from tests.live.sitting import sitting
from tests.world import World

from keypost.ids import show_channel

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)


async def test_a_mention_stands_out_for_whom_it_calls_live_and_on_the_page(world: World, browser: Browser) -> None:
    team = await world.team(7, world.grace)
    written = [f"look {{@{world.grace.person.id}}}", f"look {{@{team}}}", "look {@all}", "look {@alan@example.com}"]
    async with sitting(world.grace, browser) as page:
        await world.ada.arrive()
        for text in written:
            await world.ada.say(world.id_of("#builds"), text)

        async def seen() -> list[str]:
            await expect(page.locator(".mention")).to_have_count(len(written))
            return await page.locator(".message-calls .text").all_text_contents()

        live = await seen()
        await page.reload()
        again = await seen()

    assert live == again == ["look @Grace Hopper (you)", "look @Team (your team)", "look @all"]


async def test_a_channel_is_a_link_with_its_name_for_those_who_take_part(world: World, browser: Browser) -> None:
    builds = f"{{#{show_channel(world.chat('#builds').id)}}}"
    await world.ada.arrive()
    await world.ada.say(world.id_of("#general"), f"{builds} {{#builds}} {{#nowhere}}")

    async with sitting(world.alan, browser, "general") as page:
        alans = await page.locator(".mention").all_text_contents()
        assert await page.locator(".mention a").count() == 0
    async with sitting(world.grace, browser, "general") as page:
        graces = await page.locator(".mention").all_text_contents()
        await page.locator(".mention a").first.click()
        await expect(page.locator("h1")).to_contain_text("builds")

    assert alans == [builds, "{#builds}", "{#nowhere}"]
    assert graces == ["#builds", "#builds", "{#nowhere}"]
