from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page
from tests.live.browsing import browsing
from tests.live.running import Demo, running
from tests.live.sitting import sitting
from tests.world import World


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """A demo of the test's own, stopped by Ctrl-C at its end."""
    with running(tmp_path / "demo", level="debug") as started:
        yield started


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsing() as browser:
        yield browser


@pytest.fixture
async def page(world: World, browser: Browser) -> AsyncIterator[Page]:
    """Ada's."""
    async with sitting(world.ada, browser) as page:
        yield page
