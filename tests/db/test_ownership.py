"""A PostgreSQL database belongs to one server, which holds it without holding up its cleaning, and outlives cuts."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from tests.world import World

from keypost.app import running
from keypost.db import postgres
from keypost.db.postgres import OWNER_KEY
from keypost.errors import Fault
from keypost.settings import Settings

pytestmark = pytest.mark.parametrize("world", ["postgresql"], indirect=True)


@pytest.fixture
async def beside(world: World) -> AsyncIterator[asyncpg.Connection]:
    """A connection of an operator who looks at the database from outside."""
    connection = await asyncpg.connect(world.settings.database_url)
    yield connection
    await connection.close()


async def test_no_session_of_a_running_server_is_idle_in_a_transaction(
    world: World, beside: asyncpg.Connection
) -> None:
    standup = await world.tool()
    await standup.say("#general", "Hello")
    await world.ada.read(world.id_of("#general"))

    states = await sessions(beside)

    assert len(states) >= 2  # One that writes and holds the database, one that reads.
    assert set(states) == {"idle"}


async def test_a_second_server_on_the_same_database_is_refused(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "GHOST_S", 0.2)
    second = Settings(data=tmp_path / "second", database_url=world.settings.database_url)
    standup = await world.tool()

    with pytest.raises(Fault, match="Another Keypost is running on this database"):
        async with running(second):
            pass

    assert (await standup.say("#general", "Unharmed")).status == 204
    await world.restart()
    assert await world.texts_in("#general") == ["Unharmed"]


async def test_a_server_whose_connections_were_cut_goes_on_and_stops_in_order(
    world: World, beside: asyncpg.Connection
) -> None:
    standup = await world.tool()
    await standup.say("#general", "Before")
    await beside.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}")

    answer = await standup.say("#general", "After")

    assert answer.status == 204
    assert await world.texts_in("#general") == ["Before", "After"]
    await world.stop()
    await world.start()
    assert await world.texts_in("#general") == ["Before", "After"]


async def test_a_server_whose_database_was_taken_meanwhile_writes_nothing_any_more(
    world: World, beside: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "GHOST_S", 0.2)
    standup = await world.tool()
    await standup.say("#general", "Before")
    await beside.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}")
    await beside.execute(f"SELECT pg_advisory_lock({OWNER_KEY})")

    taken = await standup.say("#general", "While another holds it")
    await beside.execute(f"SELECT pg_advisory_unlock({OWNER_KEY})")
    free_again = await standup.say("#general", "After that one")

    assert (taken.status, free_again.status) == (500, 500)
    assert await world.texts_in("#general") == ["Before"]
    await world.restart()
    assert (await standup.say("#general", "Started anew")).status == 204


OTHERS = (
    "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)


async def sessions(beside: asyncpg.Connection) -> list[str]:
    return [row["state"] for row in await beside.fetch(f"SELECT state {OTHERS}")]
