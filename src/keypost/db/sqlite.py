"""SQLite: one writer thread, a few reading ones.

The writer's connection alone writes *and checkpoints*: SQLite before 3.51.3 can corrupt a WAL file when one connection
commits while another checkpoints, and Pythons carry older ones. For the same reason there is no `mmap_size`, and one
process owns the data directory.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from keypost.clock import Clock
from keypost.db.database import CommitUnknown, Hooks, Verb, conclude_or_say, held
from keypost.db.tx import Tx
from keypost.ids import IdSource

P = ParamSpec("P")
R = TypeVar("R")

READERS: Final = 4
COMMITS_PER_CHECKPOINT: Final = 200
BUSY_TIMEOUT_MS: Final = 5_000
"""How long another program (a backup, somebody who looks into it) may hold the database before a write is refused."""


class SqliteDatabase:
    def __init__(self, path: Path, clock: Clock, hooks: Hooks) -> None:
        self.clock = clock
        self.ids = IdSource(clock)
        self._hooks = hooks
        self._writing = ThreadPoolExecutor(1, "sqlite-writer")
        self._reading = ThreadPoolExecutor(READERS, "sqlite-reader")
        self._local = threading.local()
        self._readers: list[Connection] = []
        self._writer = self._writing.submit(_open_writer, writing_engine(path)).result()
        self._read_engine = _reading_engine(path)
        self._commits = 0

    async def write(self, verb: Verb[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[R] = loop.create_future()

        def job() -> None:
            try:
                result, tx = self._transact(lambda tx: verb(tx, *args, **kwargs))
            except BaseException as error:  # noqa: BLE001 - every outcome belongs to the caller, not to this thread.
                loop.call_soon_threadsafe(_fail, answer, error)
            else:
                loop.call_soon_threadsafe(self._settle, answer, result, tx)
                self._checkpoint_when_due()

        self._writing.submit(job)
        return await answer

    async def read(self, verb: Verb[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        def job() -> R:
            connection = self._reader()
            # The driver sends no BEGIN for a SELECT by itself; without one, two selects could see two states.
            connection.exec_driver_sql("BEGIN")
            try:
                return verb(Tx(connection, self.clock.now_ms(), self.ids), *args, **kwargs)
            finally:
                connection.exec_driver_sql("ROLLBACK")

        return await asyncio.get_running_loop().run_in_executor(self._reading, job)

    async def close(self) -> None:
        await asyncio.to_thread(self._close_readers)
        await asyncio.get_running_loop().run_in_executor(self._writing, self._close_writer)
        self._writing.shutdown()

    def _transact(self, work: Callable[[Tx], R]) -> tuple[R, Tx]:
        self._begin()
        tx = Tx(self._writer, self.clock.now_ms(), self.ids)
        try:
            result = work(tx)
            self._hooks.before_commit(tx)
            self._writer.exec_driver_sql("COMMIT")
        except BaseException:
            if self._writer.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
                self._writer.exec_driver_sql("ROLLBACK")
            raise
        return result, tx

    def _begin(self) -> None:
        try:
            self._writer.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as error:
            # Its primary code: the rest says which lock it was.
            if isinstance(error.orig, sqlite3.Error) and error.orig.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise held() from error
            raise

    def _settle(self, answer: asyncio.Future[Any], result: object, tx: Tx) -> None:
        # Memory must follow the commit even if the one who asked has gone.
        try:
            conclude_or_say(self._hooks, tx)
        except CommitUnknown as error:
            _fail(answer, error)
        if not answer.done():
            answer.set_result(result)

    def _checkpoint_when_due(self) -> None:
        self._commits += 1
        if self._commits >= COMMITS_PER_CHECKPOINT:
            self._commits = 0
            self._writer.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _reader(self) -> Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = self._read_engine.connect()
            self._readers.append(self._local.connection)
        connection: Connection = self._local.connection
        return connection

    def _close_readers(self) -> None:
        # A read goes on when its caller has gone, and SQLite crashes when a connection is closed under it.
        self._reading.shutdown()
        for connection in self._readers:
            connection.close()

    def _close_writer(self) -> None:
        self._writer.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._writer.close()


def writing_engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_writer)
    return engine


def _reading_engine(path: Path) -> Engine:
    return create_engine(
        URL.create("sqlite", database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"}),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )


def _prepare_writer(connection: Any, _record: object) -> None:
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "wal_autocheckpoint = 0",
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _open_writer(engine: Engine) -> Connection:
    return engine.connect()


def _fail(answer: asyncio.Future[Any], error: BaseException) -> None:
    if not answer.done():
        answer.set_exception(error)
