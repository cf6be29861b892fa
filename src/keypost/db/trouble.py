"""What a database says that is nobody's fault who asked: another program holds it, its disk is full or fails, it has
gone.

Nothing of what was asked is stored then, and asking for it again later is right.
"""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from sqlalchemy.exc import DBAPIError

from keypost.errors import Busy

Said: TypeAlias = Callable[[], Busy]

PRIMARY: Final = 0xFF
"""Of a code of SQLite's: the rest says where it was met."""


def trouble(error: DBAPIError) -> Busy | None:
    """The refusal that it comes to; None if it is about what was asked."""
    if error.connection_invalidated:
        return away()
    said = OF_POSTGRES.get(getattr(error.orig, "sqlstate", None) or "") or OF_SQLITE.get(code_of(error) & PRIMARY)
    return said() if said is not None else None


def code_of(error: DBAPIError) -> int:
    """The whole code of SQLite's; 0 if it is none of its: its driver raises some of the same kinds by itself."""
    return getattr(error.orig, "sqlite_errorcode", 0)


def away() -> Busy:
    """For what needs a database that cannot be reached."""
    return Busy("server_busy", "The database cannot be reached. Try again in a second.")


def _held() -> Busy:
    return Busy("server_busy", "Another program holds the database. Try again in a second.")


def _disk_full() -> Busy:
    return Busy("disk_full", "The disk of the server is full. Nothing was stored. Its operator has to make room.")


def _disk_failed() -> Busy:
    return Busy("disk_failed", "The disk of the server fails. Nothing was stored. Its operator has to look after it.")


OF_SQLITE: Final[Mapping[int, Said]] = {
    sqlite3.SQLITE_BUSY: _held,
    sqlite3.SQLITE_FULL: _disk_full,
    sqlite3.SQLITE_IOERR: _disk_failed,
    # No descriptor is left to open it with, say.
    sqlite3.SQLITE_CANTOPEN: _disk_failed,
}
OF_POSTGRES: Final[Mapping[str, Said]] = {
    "55P03": _held,
    "53100": _disk_full,
    "58030": _disk_failed,
    # It stops, it has crashed, it is starting.
    "57P01": away,
    "57P02": away,
    "57P03": away,
}
