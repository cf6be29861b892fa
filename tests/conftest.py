"""Every test that touches the database runs on both; each world starts on a fresh one with the current schema."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests.postgres import Postgres
from tests.world import World

from keypost.db.migrate import migrate_sqlite

BOTH = ("sqlite", "postgresql")
WITHOUT_FAST_LANE = "sqlite without the fast lane"

settings.register_profile(
    "keypost",
    deadline=None,
    max_examples=60,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("keypost")


@pytest.fixture(scope="session")
async def postgres() -> AsyncIterator[Postgres]:
    postgres = Postgres()
    await postgres.start()
    yield postgres
    await postgres.stop()


@pytest.fixture(scope="session")
async def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("migrated") / "keypost.db"
    await asyncio.to_thread(migrate_sqlite, file)
    return file


@pytest.fixture(params=BOTH)
async def world(
    request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path, postgres: Postgres
) -> AsyncIterator[World]:
    async with _world(request.param, tmp_path, migrated_file, postgres) as world:
        yield world


@pytest.fixture(params=BOTH, scope="module")
async def lasting_world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated_file: Path, postgres: Postgres
) -> AsyncIterator[World]:
    """One world for a whole file: for laws, whose many examples do not mind what the others left behind."""
    async with _world(request.param, tmp_path_factory.mktemp("world"), migrated_file, postgres) as world:
        yield world


@asynccontextmanager
async def _world(kind: str, folder: Path, migrated_file: Path, postgres: Postgres) -> AsyncIterator[World]:
    name = await postgres.create() if kind == "postgresql" else ""
    world = World(folder, postgres.url(name) if name else "", has_fast_lane=kind != WITHOUT_FAST_LANE)
    world.settings.data.mkdir(mode=0o700)
    if not name:
        shutil.copy(migrated_file, world.settings.data)
    try:
        await world.start()
        await world.settle()
        yield world
    finally:
        await world.end()
        if name:
            await postgres.drop(name)
