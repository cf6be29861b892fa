"""A migration happens whole or not at all, and takes no row with it that it does not mean."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from tests.world import World

from keypost.db import migrate
from keypost.db.migrate import migrate_sqlite
from keypost.errors import Fault

HEADER: Final = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{newest}"


def upgrade() -> None:
"""
REBUILD: Final = """
    with op.batch_alter_table("chats") as chats:
        chats.alter_column("title", type_=sa.String(5000), existing_type=sa.Text(), existing_nullable=False)
"""
HALF_A_CHANGE: Final = f"""
    op.create_table("fresh", sa.Column("id", sa.BigInteger(), primary_key=True))
    op.execute("UPDATE persons SET first_name = 'Nobody'")
{REBUILD}
"""
FAILS: Final = "    raise ZeroDivisionError\n"
LEAVES_ORPHANS: Final = "    op.execute(\"DELETE FROM chats WHERE unique_name = 'general'\")\n"


class NextMigration:
    """One that follows all that there are."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def does(self, *pieces: str) -> None:
        newest = max(file.name for file in self._file.parent.glob("0*.py")).partition("_")[0]
        self._file.write_text(HEADER.format(newest=newest) + "".join(pieces))

    def is_withdrawn(self) -> None:
        self._file.unlink()


@pytest.fixture
def next_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NextMigration:
    scripts = tmp_path / "db" / "migrations"
    shutil.copytree(Path(migrate.__file__).parent / "migrations", scripts)
    monkeypatch.setattr(migrate, "__file__", str(tmp_path / "db" / "migrate.py"))
    return NextMigration(scripts / "versions" / "the_next.py")


async def test_a_server_whose_migration_failed_starts_as_before_when_that_is_gone(
    world: World, next_migration: NextMigration
) -> None:
    standup = await world.tool()
    await standup.say("#general", "Hello")
    await world.stop()
    next_migration.does(HALF_A_CHANGE, FAILS)

    with pytest.raises(ZeroDivisionError):
        await world.start()
    next_migration.is_withdrawn()
    await world.start()

    assert await world.texts_in("#general") == ["Hello"]
    assert world.server.people.get(world.org_id, world.ada.person.id).first_name == "Ada"
    assert (await standup.say("#general", "Still here")).status == 204


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
async def test_a_migration_that_fails_leaves_sqlite_as_it_was(world: World, next_migration: NextMigration) -> None:
    file = await file_with_a_message(world)
    before = dump(file)
    next_migration.does(HALF_A_CHANGE, FAILS)

    with pytest.raises(ZeroDivisionError):
        migrate_sqlite(file)

    assert dump(file) == before


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
async def test_a_migration_that_would_leave_rows_pointing_nowhere_is_refused(
    world: World, next_migration: NextMigration
) -> None:
    file = await file_with_a_message(world)
    before = dump(file)
    next_migration.does(HALF_A_CHANGE, LEAVES_ORPHANS)

    with pytest.raises(Fault, match="point nowhere"):
        migrate_sqlite(file)

    assert dump(file) == before


async def test_a_table_that_is_rebuilt_keeps_the_rows_that_point_to_it(
    world: World, next_migration: NextMigration
) -> None:
    standup = await world.tool()
    await standup.say("#general", "Hello")
    next_migration.does(REBUILD)

    await world.restart()

    assert await world.texts_in("#general") == ["Hello"]
    assert (await standup.say("#general", "Hello again")).status == 204


async def test_a_database_of_a_newer_version_is_left_to_that_one(world: World, next_migration: NextMigration) -> None:
    standup = await world.tool()
    await standup.say("#general", "Hello")
    next_migration.does(REBUILD)
    await world.restart()
    await world.stop()
    next_migration.is_withdrawn()

    with pytest.raises(Fault, match="of a newer Keypost: its schema is next, and this version knows 0"):
        await world.start()
    next_migration.does(REBUILD)
    await world.start()

    assert await world.texts_in("#general") == ["Hello"]


async def file_with_a_message(world: World) -> Path:
    """The database of a server that has stopped."""
    standup = await world.tool()
    await standup.say("#general", "Hello")
    await world.stop()
    return world.settings.data / "keypost.db"


def dump(file: Path) -> list[str]:
    """Everything in it: its schema, its rows, and which migrations it has had."""
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())
