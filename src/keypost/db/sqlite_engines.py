"""How SQLite is opened: to be written by one connection, or to be read alone."""

from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from keypost.db.wal import USUAL, Bounds

BUSY_TIMEOUT_MS: Final = 5_000
"""How long another program (a backup, somebody who looks into it) may hold the database before a write is refused."""


def writing_engine(path: Path, bounds: Bounds = USUAL) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )
    event.listen(engine, "connect", partial(_prepare_writer, bounds))
    return engine


def reading_engine(path: Path) -> Engine:
    return create_engine(
        URL.create("sqlite", database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"}),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )


def _prepare_writer(bounds: Bounds, connection: Any, _record: object) -> None:
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "wal_autocheckpoint = 0",
        f"journal_size_limit = {bounds.outgrown}",
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        # While many rows are inserted, what was there before is kept in case one is refused: by default in a file
        # that is made for it and removed, at every second batch.
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
