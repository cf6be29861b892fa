"""Opens the database, as the first and the only one to do so."""

import asyncio
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from keypost.clock import Clock
from keypost.db import mark
from keypost.db.database import Database, Hooks
from keypost.db.migrate import migrate_postgres, migrate_sqlite
from keypost.db.postgres import PostgresDatabase
from keypost.db.sqlite import SqliteDatabase
from keypost.errors import Fault


async def open_database(url: str, path: Path, clock: Clock, hooks: Hooks) -> Database:
    """Brought up to date, and nobody else's. Without a `url` it is SQLite in the file `path`."""
    if not url:
        await asyncio.to_thread(mark.require_whole, path)
        await asyncio.to_thread(migrate_sqlite, path)
        return SqliteDatabase(path, clock, hooks)
    database = PostgresDatabase(url, clock, hooks)
    try:
        await _own(database)
        await migrate_postgres(url)
    except BaseException:
        await database.close()  # Else it would be held until this process ends.
        raise
    return database


async def _own(database: PostgresDatabase) -> None:
    try:
        await database.own()
    except (OSError, SQLAlchemyError) as error:
        # Its class alone: the text can hold the address with its password.
        kind = type(error).__name__
        raise Fault(f"The database cannot be used ({kind}). Is it there, and is the address right?") from error
