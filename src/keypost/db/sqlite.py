"""SQLite: one writer thread, a few reading ones.

The writer's connection alone writes *and checkpoints*: SQLite before 3.51.3 can corrupt a WAL file when one connection
commits while another checkpoints, and Pythons carry older ones. For the same reason there is no `mmap_size`, and one
process owns the data directory.

A connection that met a failing disk is not used again: after a failed fsync the next one can succeed without having
written what the first could not. The new connection is opened before the old one is closed. So SQLite keeps its index
of the log, which does not contain the failed commit, and the next commit overwrites it.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from keypost import log
from keypost.clock import Clock
from keypost.db import driver
from keypost.db.aside import Aside
from keypost.db.database import CommitUnknown, Hooks, Verb, conclude_or_say
from keypost.db.mark import Mark
from keypost.db.quiet import Quiet
from keypost.db.sqlite_engines import reading_engine, writing_engine
from keypost.db.trouble import PRIMARY, code_of, trouble
from keypost.db.tx import Tx
from keypost.db.wal import USUAL, Bounds, WriteAheadLog
from keypost.epoch import Epoch
from keypost.ids import IdSource

logger = log.get(__name__)

P = ParamSpec("P")
R = TypeVar("R")

READERS: Final = 4
FAILING: Final = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})
"""Primary codes after which a connection is not trusted with another write."""
TOO_LATE: Final = frozenset({sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP})
"""What a commit can fail with when all of it is in the WAL: it is synced then, and after that its index is to grow."""


class SqliteDatabase:
    def __init__(self, path: Path, clock: Clock, hooks: Hooks, bounds: Bounds = USUAL) -> None:
        self.clock = clock
        self.ids = IdSource(clock)
        self.epoch = Epoch()
        self._hooks = hooks
        self._writing = ThreadPoolExecutor(1, "sqlite-writer")
        self._reading = ThreadPoolExecutor(READERS, "sqlite-reader")
        self._local = threading.local()
        self._readers: list[Connection] = []
        self._write_engine = writing_engine(path, bounds)
        self._writer = self._writing.submit(self._write_engine.connect).result()
        ((number,),) = driver.tell(self._writer, "PRAGMA user_version")
        self._mark = Mark(path, number)
        self._is_suspect = False
        self._under_way = 0
        self._read_engine = reading_engine(path)
        self._wal = WriteAheadLog(path, bounds)
        self._quiet = Quiet(bounds.quiet_s, self._bring_over)

    async def write(self, verb: Verb[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[R] = loop.create_future()
        aside = Aside()

        def job() -> None:
            try:
                result, tx = self._transact(lambda tx: verb(tx, *args, **kwargs), aside)
            except BaseException as error:  # noqa: BLE001 - every outcome belongs to the caller, not to this thread.
                loop.call_soon_threadsafe(_fail, answer, error)
            else:
                loop.call_soon_threadsafe(self._settle, answer, result, tx)
                self._tend(self._wal.has_grown)

        self._quiet.stir()
        self._writing.submit(job)
        self._under_way += 1
        try:
            if self._under_way == 1:  # Else it waits for the disk first, which may be slow.
                aside.step()
            return await answer
        finally:
            self._under_way -= 1

    async def read(self, verb: Verb[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        def job() -> R:
            try:
                return self._look(lambda tx: verb(tx, *args, **kwargs))
            except DBAPIError as error:
                refusal = trouble(error)
                if refusal is None:
                    raise
                self._forget_reader()
                raise refusal from error

        return await asyncio.get_running_loop().run_in_executor(self._reading, job)

    async def close(self) -> None:
        self._quiet.end()
        await asyncio.to_thread(self._close_readers)
        await asyncio.get_running_loop().run_in_executor(self._writing, self._close_writer)
        self._writing.shutdown()

    def _transact(self, work: Callable[[Tx], R], aside: Aside) -> tuple[R, Tx]:
        try:
            if self._is_suspect:
                self._replace_writer()
            driver.tell(self._writer, "BEGIN IMMEDIATE")
            before = _changes(self._writer)
            tx = Tx(self._writer, self.clock.now_ms(), self.ids)
            result = work(tx)
            self._hooks.before_commit(tx)
            has_changed = _changes(self._writer) != before
            if has_changed:
                self._mark.raise_in(self._writer)
            aside.end()
            self._commit()
            if has_changed:
                self._mark.keep()
        except DBAPIError as error:
            self._roll_back()
            self._suspect(error)
            if refusal := trouble(error):
                raise refusal from error
            raise
        except BaseException:
            self._roll_back()
            raise
        finally:
            aside.end()
        return result, tx

    def _commit(self) -> None:
        try:
            driver.tell(self._writer, "COMMIT")
        except DBAPIError as error:
            if code_of(error) not in TOO_LATE:
                raise
            # Whoever reads the file after a crash may find it there.
            self._suspect(error)
            raise CommitUnknown("The disk failed while it committed.") from error

    def _roll_back(self) -> None:
        if not _in_transaction(self._writer):
            return
        try:
            driver.tell(self._writer, "ROLLBACK")
        except DBAPIError:
            self._is_suspect = True

    def _suspect(self, error: DBAPIError) -> None:
        if code_of(error) & PRIMARY in FAILING:
            self._is_suspect = True

    def _replace_writer(self) -> None:
        fresh = self._write_engine.connect()
        self._writer.invalidate()
        self._writer.close()
        self._writer, self._is_suspect = fresh, False
        logger.warning("the connection that writes was replaced: the disk had failed")

    def _settle(self, answer: asyncio.Future[Any], result: object, tx: Tx) -> None:
        # Memory must follow the commit even if the one who asked has gone.
        try:
            conclude_or_say(self._hooks, self.epoch, tx)
        except CommitUnknown as error:
            _fail(answer, error)
        if not answer.done():
            answer.set_result(result)

    def _bring_over(self) -> asyncio.Future[bool]:
        """In a moment of quiet; whether there is more to bring over, later."""
        bringing = partial(self._tend, self._wal.bring_over)
        return asyncio.get_running_loop().run_in_executor(self._writing, lambda: bringing() is False)

    def _tend(self, care: Callable[[Connection], R]) -> R | None:
        """A checkpoint that fails loses nothing: one after a later commit does its work, or the next start."""
        try:
            if self._is_suspect:
                self._replace_writer()
            return care(self._writer)
        except DBAPIError as error:
            self._suspect(error)
            logger.warning("a checkpoint failed", exc_info=error)
            return None

    def _look(self, work: Callable[[Tx], R]) -> R:
        connection = self._reader()
        # The driver sends no BEGIN for a SELECT by itself; without one, two selects could see two states.
        driver.tell(connection, "BEGIN")
        try:
            return work(Tx(connection, self.clock.now_ms(), self.ids))
        finally:
            if _in_transaction(connection):  # SQLite may have ended it by itself, where the disk failed.
                driver.tell(connection, "ROLLBACK")

    def _reader(self) -> Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = self._read_engine.connect()
            self._readers.append(self._local.connection)
        connection: Connection = self._local.connection
        return connection

    def _forget_reader(self) -> None:
        if hasattr(self._local, "connection"):
            connection = self._local.connection
            del self._local.connection
            self._readers.remove(connection)
            connection.invalidate()
            connection.close()

    def _close_readers(self) -> None:
        # A read goes on when its caller has gone, and SQLite crashes when a connection is closed under it.
        self._reading.shutdown()
        for connection in self._readers:
            connection.close()

    def _close_writer(self) -> None:
        self._tend(self._wal.close)
        self._writer.close()
        self._mark.close()


def _in_transaction(connection: Connection) -> bool:
    return bool(driver.of(connection).in_transaction)


def _changes(connection: Connection) -> int:
    """Rows that were written since it was opened."""
    return int(driver.of(connection).total_changes)


def _fail(answer: asyncio.Future[Any], error: BaseException) -> None:
    if not answer.done():
        answer.set_exception(error)
