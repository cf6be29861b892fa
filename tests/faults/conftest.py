from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.faults.proxy import Proxy
from tests.faults.stage import Stage
from tests.faults.staging import staged
from tests.world import World


@pytest.fixture
async def stage(world: World, tmp_path: Path) -> AsyncIterator[Stage]:
    """The world's organisation, served by a process of its own."""
    async with staged(world, tmp_path) as stage:
        yield stage


@pytest.fixture
async def proxied(world: World, tmp_path: Path) -> AsyncIterator[tuple[Stage, Proxy]]:
    """The same with a PostgreSQL behind a proxy; for tests whose world is on one."""
    proxy = Proxy(world.settings.database_url)
    await proxy.open()
    try:
        async with staged(world, tmp_path, database_url=proxy.url) as stage:
            yield stage, proxy
    finally:
        await proxy.close()
