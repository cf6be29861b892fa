"""A database is closed when the last read is over, also one whose caller has gone: SQLite would crash."""

import asyncio
import shutil
import threading
from pathlib import Path
from typing import Final

from sqlalchemy import select

from keypost.clock import WallClock
from keypost.db.sqlite import SqliteDatabase
from keypost.db.tables import orgs
from keypost.db.tx import Tx
from keypost.events.service import Log

SOON_S: Final = 0.2
"""Long enough to close a database that waits for nobody."""


async def test_closing_waits_for_a_read_whose_caller_has_gone(tmp_path: Path, migrated_file: Path) -> None:
    database = SqliteDatabase(Path(shutil.copy(migrated_file, tmp_path)), WallClock(), Log())
    has_begun, may_go_on = threading.Event(), threading.Event()
    found: list[object] = []

    def read_slowly(tx: Tx) -> None:
        has_begun.set()
        may_go_on.wait()
        found.append(tx.all(select(orgs)))

    reading = asyncio.create_task(database.read(read_slowly))
    await asyncio.to_thread(has_begun.wait)
    reading.cancel()

    threading.Timer(SOON_S, may_go_on.set).start()
    await database.close()

    assert found == [[]]
