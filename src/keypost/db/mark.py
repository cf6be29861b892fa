"""How far the database has come, in a file beside it: with that, the server notices when committed changes are gone.

After a crash SQLite reads its write-ahead log as far as the checksums hold. Where the file is gone or damaged, what
stood there was acknowledged and is lost, and SQLite says nothing. So each transaction raises a number in the header of
the database, and after the commit the same number goes into a file of its own. It is written to memory that the system
keeps when this process dies; when the power fails it can be older than the database, never newer.
"""

import mmap
import os
import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import Connection

from keypost.db import driver
from keypost.disk import sync_folder
from keypost.errors import Fault

SUFFIX: Final = ".mark"
NUMBERS: Final = 1 << 31
"""The header has room for so many; then they begin anew."""
_SHAPE: Final = struct.Struct("<qq")


class Mark:
    """`number` is that of the newest transaction, in the file of the database that it was opened with.

    One whose commit fails keeps its number: a crash can bring it back, and it is not to pass for the one after it.
    """

    def __init__(self, database: Path, number: int) -> None:
        file = _file(database)
        if not _is_whole(file):
            _create(file)
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), _SHAPE.size)
        self._identity = _identity(database)
        self.number = number
        self._write()

    def raise_in(self, connection: Connection) -> None:
        """Inside a transaction that changes something, before its commit."""
        self.number = (self.number + 1) % NUMBERS
        driver.tell(connection, f"PRAGMA user_version = {self.number}")

    def keep(self) -> None:
        """After the commit of a transaction that raised it, before anybody is answered."""
        self._write()

    def close(self) -> None:
        self._shared.close()

    def _write(self) -> None:
        self._shared[:] = _SHAPE.pack(self._identity, self.number)


def require_whole(database: Path) -> None:
    """To be called before anything else opens the database: the first write to it makes lost changes lost for good."""
    file = _file(database)
    if not file.exists():
        return
    if not database.exists():
        raise Fault(
            f"{database} is missing, and {file} says that it was there. Put it back with all files whose names begin "
            f"as its does, and start again. To begin with an empty one, delete {file} first."
        )
    if not _is_whole(file):
        return
    identity, number = _SHAPE.unpack(file.read_bytes())
    found = _number_in(database)
    if identity != _identity(database) or found is None:
        return  # Another file was put there: it is as old as whoever did that wanted it.
    missing = (number - found) % NUMBERS
    if 0 < missing < NUMBERS // 2:
        raise Fault(
            f"{database} lacks the last {missing} changes that were acknowledged: {database.name}-wal beside it is "
            f"missing or damaged, or an older copy was written over it. Put the right files back, and start again. "
            f"To go on without those changes, delete {file} first."
        )


def _number_in(database: Path) -> int | None:
    """None for what is no database. Read only: it closes without touching the log."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(database))}?mode=ro", uri=True)) as connection:
            return int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.DatabaseError:
        return None


def _is_whole(file: Path) -> bool:
    """One of another size was never whole on the disk: the power failed, and it says nothing of the database."""
    return file.exists() and file.stat().st_size == _SHAPE.size


def _create(file: Path) -> None:
    """All of it is there at once, so that writing to it never needs room on the disk."""
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    with fresh.open("wb") as opened:
        opened.write(bytes(_SHAPE.size))
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(file)
    sync_folder(file.parent)


def _file(database: Path) -> Path:
    return database.with_suffix(SUFFIX)


def _identity(database: Path) -> int:
    return database.stat().st_ino
