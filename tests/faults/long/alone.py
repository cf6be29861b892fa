"""A stage without pytest."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from tests.faults.stage import Stage
from tests.faults.staging import staged
from tests.postgres import Postgres
from tests.world import World

POSTGRESQL: Final = "postgresql"
DATA: Final = "data"
"""The folder of the server's data, in the one that a stage is given."""


@asynccontextmanager
async def alone(folder: Path, database: str = "", **changes: Any) -> AsyncIterator[Stage]:
    """The tests' organisation, served by a process of its own."""
    async with _database(database) as url:
        world = World(folder, url)
        world.settings.data.mkdir(mode=0o700, exist_ok=True)
        try:
            await world.start()
            await world.settle()
            async with staged(world, folder, **changes) as stage:
                yield stage
        finally:
            await world.end()


@asynccontextmanager
async def _database(kind: str) -> AsyncIterator[str]:
    if kind != POSTGRESQL:
        yield ""
        return
    postgres = Postgres()
    await postgres.start()
    try:
        yield postgres.url(await postgres.create())
    finally:
        await postgres.stop()
