"""The write-ahead log stays small, and with all that was committed, whoever reads meanwhile."""

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import insert, text
from structlog.testing import capture_logs
from tests.live.until import PATIENCE_S, until

from keypost.clock import WallClock
from keypost.db.sqlite import SqliteDatabase
from keypost.db.sqlite_engines import writing_engine
from keypost.db.tables import orgs
from keypost.db.tx import Tx
from keypost.db.wal import Bounds, WriteAheadLog
from keypost.events.service import Log

KIB: Final = 1024
LARGEST: Final = 24 * KIB
FRAMES: Final = 16 * KIB
"""What a commit puts into the log beside what it stores: pages that hold other rows too, and the frames' heads."""
SMALL: Final = Bounds(outgrown=64 * KIB, step=32 * KIB, alarming=160 * KIB, patience_ms=1)
NEVER_S: Final = 1e6
ALARM: Final = "the write-ahead log grows: something has been reading for long"


class Interleaving(RuleBasedStateMachine):
    """Commits of any size, readers that come and go between them, and moments of quiet."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path(tempfile.mkdtemp(prefix="kp-wal-"))
        self._file = self._folder / "of.db"
        self._writer = writing_engine(self._file, SMALL).connect()
        self._writer.execute(text("CREATE TABLE things (number INTEGER PRIMARY KEY, bytes BLOB)"))
        self._wal = WriteAheadLog(self._file, SMALL)
        self._readers: list[sqlite3.Connection] = []
        self._stored = 0
        self._most_with_readers = 0

    def teardown(self) -> None:
        for reader in self._readers:
            reader.close()
        self._wal.close(self._writer)
        self._writer.close()
        with closing(sqlite3.connect(self._file)) as alone:
            assert count(alone) == self._stored
        shutil.rmtree(self._folder)

    @rule(size=st.integers(0, LARGEST))
    def commits(self, size: int) -> None:
        self._writer.execute(text("BEGIN IMMEDIATE"))
        self._writer.execute(text("INSERT INTO things (bytes) VALUES (zeroblob(:size))"), {"size": size})
        self._writer.execute(text("COMMIT"))
        self._stored += 1
        self._wal.has_grown(self._writer)

    @rule()
    def somebody_begins_to_read(self) -> None:
        self._readers.append(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, isolation_level=None))
        self._readers[-1].execute("BEGIN")
        assert count(self._readers[-1]) == self._stored

    @precondition(lambda self: self._readers)
    @rule()
    def everybody_ends_reading(self) -> None:
        while self._readers:
            self._readers.pop().close()
        self._most_with_readers = self.size

    @rule()
    def nobody_writes_for_a_moment(self) -> None:
        is_over = self._wal.bring_over(self._writer)

        if is_over:
            shutil.copy(self._file, self._folder / "copy.db")  # Without its log.
            with closing(sqlite3.connect(self._folder / "copy.db")) as alone:
                assert count(alone) == self._stored
        assert is_over or self._readers

    @invariant()
    def the_log_is_bounded(self) -> None:
        if not self._readers:
            # What readers made of it goes with the first growth after them.
            longest = max(SMALL.outgrown, self._most_with_readers + SMALL.step if self._most_with_readers else 0)
            assert self.size <= longest + LARGEST + FRAMES

    @property
    def size(self) -> int:
        return self._file.with_name("of.db-wal").stat().st_size


TestInterleaving = Interleaving.TestCase
TestInterleaving.settings = settings(max_examples=40, stateful_step_count=40)


async def test_when_nobody_writes_the_file_alone_has_everything(tmp_path: Path, migrated_file: Path) -> None:
    with database(tmp_path, migrated_file, Bounds()) as (file, opened):
        await opened.write(found, 1)
        await asyncio.to_thread(until, lambda: stored_in_file_alone(file, tmp_path) == [1], "it stands in the file")

        await opened.write(found, 2)
        await asyncio.to_thread(until, lambda: stored_in_file_alone(file, tmp_path) == [1, 2], "it stands there too")
        await opened.close()


async def test_while_somebody_writes_a_log_within_its_bound_is_left_alone(tmp_path: Path, migrated_file: Path) -> None:
    with database(tmp_path, migrated_file, Bounds(quiet_s=NEVER_S)) as (file, opened):
        before = file.read_bytes()
        for number in range(1, 50):
            await opened.write(found, number)

        assert file.read_bytes() == before
        await opened.close()


async def test_no_answer_waits_for_what_is_done_about_a_large_log(tmp_path: Path, migrated_file: Path) -> None:
    patient = Bounds(outgrown=1, alarming=1, step=1, quiet_s=NEVER_S, patience_ms=int(PATIENCE_S * 1000))
    with database(tmp_path, migrated_file, patient) as (file, opened):
        with reading(file):
            async with asyncio.timeout(PATIENCE_S / 2):
                await opened.write(found, 1)

        await opened.write(found, 2)
        await opened.close()


async def test_a_reader_that_lets_the_log_grow_is_heard_of_until_it_is_small_again(
    tmp_path: Path, migrated_file: Path
) -> None:
    tight = Bounds(outgrown=32 * KIB, step=4 * KIB, alarming=64 * KIB, patience_ms=1, quiet_s=NEVER_S)
    with database(tmp_path, migrated_file, tight) as (file, opened), capture_logs() as said:
        with reading(file):
            for number in range(1, 100):
                await opened.write(found, number)
        for number in range(100, 110):
            await opened.write(found, number)
        await opened.close()

    events = [each["event"] for each in said]
    assert ALARM in events
    assert len(events) < 10
    assert events[-1] == "the write-ahead log is small again"


@contextmanager
def database(folder: Path, migrated: Path, bounds: Bounds) -> Iterator[tuple[Path, SqliteDatabase]]:
    file = Path(shutil.copy(migrated, folder / "keypost.db"))
    yield file, SqliteDatabase(file, WallClock(), Log(), bounds)


@contextmanager
def reading(file: Path) -> Iterator[None]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM orgs").fetchone()
        yield


def found(tx: Tx, number: int) -> None:
    tx.run(insert(orgs).values(org_id=number, name="Elsewhere", created_at=tx.now, last_event=0, timelines_end=0))


def stored_in_file_alone(file: Path, folder: Path) -> list[int]:
    copy = shutil.copy(file, folder / "copy.db")
    with closing(sqlite3.connect(copy)) as alone:
        return [row[0] for row in alone.execute("SELECT org_id FROM orgs ORDER BY org_id")]


def count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM things").fetchone()[0])
