"""Every page in every state, light and dark, on a desk and on a phone: to be read, reached and touched by everybody.

On one database: it is the pages that are looked at.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page
from tests.live.scenes import SCENES, looks_of
from tests.live.stage import Stage
from tests.world import World

pytestmark = pytest.mark.parametrize("lasting_world", ["sqlite"], indirect=True, scope="module")

FAULTS: Final = (Path(__file__).parent / "faults.js").read_text("utf-8")
RULES: Final = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
REPEATED: Final = {"exclude": [[".api-operation + .api-operation"], [".api-type + .api-type"], [".api-codes dd ~ *"]]}
"""Hundreds of one kind: the first of them is looked at."""


@pytest.fixture(scope="module")
async def stage(lasting_world: World, browser: Browser) -> AsyncIterator[Stage]:
    stage = Stage(lasting_world, browser)
    await stage.furnish()
    yield stage
    await stage.close()


@pytest.mark.parametrize("scene", SCENES)
async def test_a_page_can_be_read_and_used_by_everybody(stage: Stage, scene: str) -> None:
    page = await SCENES[scene](stage)
    await page.evaluate(FAULTS)

    found = []
    for look in looks_of(scene):
        await look.put_on(page)
        seen = [*await violations(page), *await page.evaluate("faults()")]
        found += [f"{look.name}: {fault}" for fault in seen]

    await page.close()
    assert found == []


async def violations(page: Page) -> list[str]:
    """What axe says that is wrong, and where."""
    results = await Axe().run(page, REPEATED, RULES)
    return [sentence(violation) for violation in results.response["violations"]]


def sentence(violation: dict[str, Any]) -> str:
    places = ", ".join(" ".join(node["target"]) for node in violation["nodes"])
    return f"{violation['impact']} {violation['id']}: {violation['help']}: {places}"
