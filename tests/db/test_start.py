"""What a server asks of its data before it opens it."""

import asyncio
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from tests.postgres import Postgres
from tests.world import World

from keypost.app import running
from keypost.db.connecting import async_url
from keypost.db.migrate import migrate_postgres, migrate_sqlite
from keypost.db.sqlite_engines import writing_engine
from keypost.db.tables import metadata
from keypost.errors import Fault
from keypost.settings import Settings


def test_the_migrated_schema_is_the_one_in_the_tables_on_sqlite(tmp_path: Path) -> None:
    migrate_sqlite(tmp_path / "keypost.db")

    with writing_engine(tmp_path / "keypost.db").connect() as connection:
        assert differences(connection) == []


async def test_the_migrated_schema_is_the_one_in_the_tables_on_postgresql(postgres: Postgres) -> None:
    name = await postgres.create(template="template0")
    await migrate_postgres(postgres.url(name))
    engine = create_async_engine(async_url(postgres.url(name)), poolclass=NullPool)

    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()
    await postgres.drop(name)

    assert found == []


async def test_migrating_again_changes_nothing(world: World) -> None:
    standup = await world.tool()
    await standup.say("#general", "Hello")

    await world.restart()
    await world.restart()

    assert await world.texts_in("#general") == ["Hello"]


async def test_a_second_server_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    async with running(settings):
        with pytest.raises(Fault, match="Another Keypost is running"):
            async with running(settings):
                pass

    async with running(settings):
        pass


async def test_a_file_that_is_no_database_is_said_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "keypost.db"
    file.write_text("Notes of a meeting")

    with pytest.raises(Fault, match=r"keypost\.db cannot be used: file is not a database"):
        async with running(Settings(data=tmp_path)):
            pass

    assert file.read_text() == "Notes of a meeting"


@pytest.mark.parametrize("content", [b"", b"short", bytes(4_096)])
@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
async def test_a_mark_of_another_size_says_nothing_and_is_made_anew(world: World, content: bytes) -> None:
    """As a power cut can leave it."""
    mark = world.settings.data / "keypost.mark"
    size = mark.stat().st_size
    await world.stop()
    mark.write_bytes(content)

    await world.start()

    assert mark.stat().st_size == size


async def test_a_lost_master_key_is_refused_and_not_replaced(world: World) -> None:
    key = world.settings.data / "master.key"
    content = key.read_bytes()
    await world.stop()
    key.unlink()

    with pytest.raises(Fault, match="Put the key back"):
        await world.start()
    assert not key.exists()

    key.write_bytes(content)
    await world.start()
    assert await world.messages_in("#general") == []


async def test_a_cut_master_key_is_refused(world: World) -> None:
    key = world.settings.data / "master.key"
    content = key.read_bytes()
    await world.stop()
    key.write_bytes(content[:31])

    with pytest.raises(Fault, match="has 31 bytes"):
        await world.start()

    key.write_bytes(content)
    await world.start()


async def test_only_the_owner_reads_the_data(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    async with running(settings):
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in settings.data.iterdir()}

    assert stat.S_IMODE(settings.data.stat().st_mode) == 0o700
    assert modes["keypost.db"] == modes["master.key"] == 0o600


async def test_a_file_that_is_no_database_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "keypost.db"
    file.write_bytes(b"something else of at least some length" * 100)

    with pytest.raises(Exception, match="not a database"):
        await asyncio.to_thread(migrate_sqlite, file)

    assert file.read_bytes() == b"something else of at least some length" * 100


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))
