"""What stands in the database, read past the server: with SQL, over a connection of the test's own."""

import asyncio
import sqlite3
from contextlib import closing
from typing import Any

import asyncpg

from keypost.app import DATABASE_FILE
from keypost.settings import Settings


async def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    if settings.database_url:
        connection = await asyncpg.connect(settings.database_url)
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()
    return await asyncio.to_thread(_rows_of_file, settings, query)


def _rows_of_file(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    # Read only, as everybody but the server's writer.
    with closing(sqlite3.connect(f"file:{settings.data / DATABASE_FILE}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()
