"""A disk that is full or fails: whoever posts is told so, nothing of it is stored, and all goes on when it is well.

SQLite really runs out of pages, or of bytes that a file may have; PostgreSQL says of itself what it says then.
"""

import asyncio
import logging
import resource
import shutil
import struct
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from tests.people import Tool
from tests.world import World

from keypost.app import DATABASE_FILE
from keypost.clock import WallClock
from keypost.db import mark
from keypost.db.database import CommitUnknown
from keypost.db.insertion import Insertion
from keypost.db.sqlite import SqliteDatabase
from keypost.db.tables import events, orgs
from keypost.db.tx import Tx
from keypost.errors import Busy
from keypost.events.service import Log

LONG = "x" * 4_900
"""Longer than what a page has left: a message of this size needs another one."""
ENOUGH_FOR_ONE = 3_000
"""Bytes. Less than the smallest commit writes."""

NUMBERS = "WITH RECURSIVE numbers(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 40)"
EVENTS = Insertion(events, "org_id", "number", "kind", "at", "chat_id", "person_id", "subject_id")
INDEX_PAGE_FRAMES = 4_062
"""Of the log: so many fit into the first page of its index."""
PAGE = 4_096


@pytest.fixture(autouse=True, scope="module")
def without_log() -> Iterator[None]:
    """What tests print goes to a file, too, and that may not grow either."""
    configured = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**configured)


@pytest.mark.parametrize("trouble", ["disk_full", "disk_failed"])
async def test_posts_are_refused_as_a_whole_while_the_disk_is_in_trouble_and_stored_afterwards(
    world: World, trouble: str
) -> None:
    standup = await world.tool()
    assert (await standup.say("#builds", f"before {LONG}")).status == 204

    async with in_trouble(world, trouble):
        answers = await asyncio.gather(*[standup.say("#builds", f"{number} {LONG}") for number in range(12)])
        reading = await world.grace.get(f"/api/v2/chats/{world.id_of('#builds')}/messages")

    assert {(answer.status, answer.refused_with) for answer in answers} == {(503, trouble)}
    assert {answer.headers["Retry-After"] for answer in answers} == {"1"}
    assert reading.status != 503
    assert (await standup.say("#builds", f"after {LONG}")).status == 204
    await world.restart()
    assert await world.texts_in("#builds") == [f"before {LONG}", f"after {LONG}"]


@given(wishes=st.lists(st.booleans(), max_size=6))
async def test_what_is_stored_is_what_was_acknowledged_however_often_the_disk_fails(
    lasting_world: World, wishes: list[bool]
) -> None:
    standup = await lasting_world.standing_tool()
    before = await lasting_world.texts_in("#general")

    stored = []
    for number, is_well in enumerate(wishes):
        answer = await said(lasting_world, standup, f"{number}", is_well=is_well)
        assert answer == (204 if is_well else 503)
        stored += [f"{number}"] * is_well

    assert await lasting_world.texts_in("#general") == [*before, *stored]
    await lasting_world.write(nothing)  # As the server's upkeep does every minute.
    if not lasting_world.settings.database_url:
        mark.require_whole(lasting_world.settings.data / DATABASE_FILE)


@given(writes=st.lists(st.sampled_from(["stored", "refused", "nothing to store"]), max_size=6))
async def test_the_next_start_finds_all_that_was_acknowledged_however_often_the_disk_failed(
    migrated_file: Path, writes: list[str]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(migrated_file, folder))
        database = SqliteDatabase(path, WallClock(), Log())

        for write in writes:
            await written(database, write)
        after_a_crash = copied_as_after_a_crash(path, Path(folder) / "crashed")
        await database.close()

        mark.require_whole(path)
        for each in (SqliteDatabase(path, WallClock(), Log()), after_a_crash):
            assert await each.read(names) == ["Found"] * writes.count("stored")
            await each.close()


async def written(database: SqliteDatabase, write: str) -> None:
    if write == "nothing to store":
        await database.write(nothing)
    elif write == "stored":
        await database.write(found)
    else:
        with no_file_larger_than(ENOUGH_FOR_ONE), pytest.raises(Busy):
            await database.write(found)


async def said(world: World, tool: Tool, text: str, *, is_well: bool) -> int:
    if is_well:
        return (await tool.say("#general", text)).status
    async with in_trouble(world, "disk_failed"):
        return (await tool.say("#general", text)).status


async def test_a_connection_that_the_disk_failed_is_replaced_as_soon_as_a_file_can_be_opened(
    tmp_path: Path, migrated_file: Path
) -> None:
    database = SqliteDatabase(Path(shutil.copy(migrated_file, tmp_path)), WallClock(), Log())
    await database.read(names)
    failed = database._writer
    with no_file_larger_than(ENOUGH_FOR_ONE), pytest.raises(Busy):
        await database.write(found)

    with no_more_files(), pytest.raises(Busy, match="fails"):
        await database.write(found)
    await database.write(found)

    assert failed.closed
    assert await database.read(names) == ["Found"]
    await database.close()


async def test_what_a_crash_could_bring_back_is_not_called_refused(tmp_path: Path, migrated_file: Path) -> None:
    """SQLite fails to grow the log's index after the commit was written and synced."""
    path = Path(shutil.copy(migrated_file, tmp_path))
    database = SqliteDatabase(path, WallClock(), Log())
    with limit_later(resource.RLIMIT_AS, 0) as begin, pytest.raises(CommitUnknown):
        await database.write(found_with_much, begin)
    after_a_crash = copied_as_after_a_crash(path, tmp_path / "crashed")

    await database.write(nothing)
    assert await database.read(names) == []
    assert await after_a_crash.read(names) == ["Found"]

    await database.close()
    await after_a_crash.close()
    mark.require_whole(path)


async def test_a_disk_that_fails_while_the_mark_is_raised_is_said_and_its_connection_replaced(
    tmp_path: Path, migrated_file: Path
) -> None:
    database = SqliteDatabase(Path(shutil.copy(migrated_file, tmp_path)), WallClock(), Log())
    failed = database._writer
    await database.write(prepare_many_pages)
    with limit_later(resource.RLIMIT_FSIZE, ENOUGH_FOR_ONE) as begin, pytest.raises(Busy) as refused:
        await database.write(touch_many_pages, begin)

    await database.write(found)

    assert refused.value.code == "disk_failed"
    assert failed.closed
    assert await database.read(names) == ["Found"]
    await database.close()


async def test_a_statement_of_many_rows_needs_no_file_of_its_own(tmp_path: Path, migrated_file: Path) -> None:
    database = SqliteDatabase(Path(shutil.copy(migrated_file, tmp_path)), WallClock(), Log())
    await database.write(log_numbers, range(0, 40_000, 2))

    with no_more_files():
        await database.write(log_numbers, range(1, 40_000, 160))

    await database.close()


async def test_a_reader_that_cannot_be_opened_is_opened_by_the_next_read(tmp_path: Path, migrated_file: Path) -> None:
    database = SqliteDatabase(Path(shutil.copy(migrated_file, tmp_path)), WallClock(), Log())

    with no_more_files(), pytest.raises(Busy) as refused:
        await database.read(names)

    assert refused.value.code == "disk_failed"
    assert await database.read(names) == []
    await database.close()


async def test_a_disk_that_fails_at_the_end_keeps_nobody_from_stopping(tmp_path: Path, migrated_file: Path) -> None:
    path = Path(shutil.copy(migrated_file, tmp_path))
    database = SqliteDatabase(path, WallClock(), Log())
    await database.write(found)

    with no_file_larger_than(0):
        await database.close()

    again = SqliteDatabase(path, WallClock(), Log())
    assert await again.read(names) == ["Found"]
    await again.close()


def names(tx: Tx) -> list[str]:
    return [row.name for row in tx.all(select(orgs))]


def nothing(_tx: Tx) -> None:
    """Changes nothing."""


def found(tx: Tx) -> None:
    tx.run(
        orgs.insert(), [{"org_id": tx.new_id(), "name": "Found", "created_at": 0, "last_event": 0, "timelines_end": 0}]
    )


def found_with_much(tx: Tx, then: Callable[[], None]) -> None:
    """More than the first page of the log's index has room for, in one commit: nothing of it is written before."""
    tx._connection.exec_driver_sql("PRAGMA cache_spill = OFF")
    tx._connection.exec_driver_sql("CREATE TABLE much AS SELECT zeroblob(?) AS bytes", (INDEX_PAGE_FRAMES * PAGE,))
    found(tx)
    then()


def prepare_many_pages(tx: Tx) -> None:
    """One row on each page. What is kept of them for a savepoint is from now on in a file when it is much."""
    tx._connection.exec_driver_sql("PRAGMA temp_store = FILE")
    tx._connection.exec_driver_sql(
        f"CREATE TABLE pages AS {NUMBERS} SELECT number, zeroblob(3000) AS bytes FROM numbers"
    )


def touch_many_pages(tx: Tx, then: Callable[[], None]) -> None:
    """Inside a savepoint SQLite keeps what each page was: the header of the database has still to follow them."""
    tx._connection.exec_driver_sql("SAVEPOINT before")
    tx._connection.exec_driver_sql("UPDATE pages SET bytes = randomblob(3000)")
    then()


def log_numbers(tx: Tx, numbers: Iterable[int]) -> None:
    """Where they lie between others, many pages of the table change."""
    tx.add(EVENTS, [(7, number, "of a test", 5, None, None, 9) for number in numbers])


def copied_as_after_a_crash(path: Path, folder: Path) -> SqliteDatabase:
    folder.mkdir()
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_suffix(mark.SUFFIX)):
        shutil.copy(file, folder)
    copy = folder / path.name
    with copy.with_suffix(mark.SUFFIX).open("r+b") as marked:
        marked.write(struct.pack("<q", copy.stat().st_ino))  # As if it were the same file.
    mark.require_whole(copy)
    return SqliteDatabase(copy, WallClock(), Log())


@asynccontextmanager
async def in_trouble(world: World, trouble: str) -> AsyncIterator[None]:
    if world.settings.database_url:
        async with postgres_in_trouble(world, {"disk_full": "53100", "disk_failed": "58030"}[trouble]):
            yield
    elif trouble == "disk_full":
        await world.write(lambda tx: _bound_pages(tx, "1"))  # What is used already stays.
        yield
        await world.write(lambda tx: _bound_pages(tx, "1073741823"))
    else:
        with no_file_larger_than(ENOUGH_FOR_ONE):
            yield


@asynccontextmanager
async def postgres_in_trouble(world: World, code: str) -> AsyncIterator[None]:
    other = await asyncpg.connect(world.settings.database_url)
    try:
        await other.execute(
            f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '{code}'; END $$"
        )
        await other.execute("CREATE TRIGGER fail BEFORE INSERT ON messages EXECUTE FUNCTION fail()")
        yield
        await other.execute("DROP FUNCTION fail CASCADE")
    finally:
        await other.close()


def _bound_pages(tx: Tx, most: str) -> None:
    tx._connection.exec_driver_sql(f"PRAGMA max_page_count = {most}").fetchall()


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    with limit(resource.RLIMIT_FSIZE, size):
        yield


@contextmanager
def no_more_files() -> Iterator[None]:
    with limit(resource.RLIMIT_NOFILE, 0):
        yield


@contextmanager
def limit(what: int, most: int) -> Iterator[None]:
    with limit_later(what, most) as begin:
        begin()
        yield


@contextmanager
def limit_later(what: int, most: int) -> Iterator[Callable[[], None]]:
    """From when what it yields is called."""
    soft, hard = resource.getrlimit(what)
    try:
        yield lambda: resource.setrlimit(what, (most, hard))
    finally:
        resource.setrlimit(what, (soft, hard))
