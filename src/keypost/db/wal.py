"""SQLite's write-ahead log: when its writer brings what stands in it into the database's file.

A checkpoint takes as long as many commits. So it is made when nobody has written for a moment; under steady load when
the log has outgrown its bound, after the answer to those who made it grow. It waits for no reader: one that reads for
long keeps the log from starting again, and past a second bound that is said aloud, and readers are waited for a little.
"""

from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct
from sqlalchemy import Connection

from keypost import log
from keypost.db import driver

logger = log.get(__name__)

MIB: Final = 1024 * 1024


class Bounds(Struct, frozen=True, kw_only=True):
    """Once nobody has written for `quiet_s` the log is brought over; else when it has more than `outgrown` bytes, and
    while it cannot start again because of a reader, whenever it has grown by `step`. At `alarming`, and whenever it has
    doubled since, the writer waits `patience_ms` for readers to end.

    `outgrown` is less than one page of the log's index is for: to grow that can fail when a commit is in the log.
    """

    quiet_s: float = 0.25
    outgrown: int = 12 * MIB
    alarming: int = 64 * MIB
    step: int = 4 * MIB
    patience_ms: int = 100


USUAL: Final = Bounds()


class WriteAheadLog:
    """For the writer's thread alone, which hands in its connection. What the disk says against it is raised: the log is
    then as it was.
    """

    def __init__(self, file: Path, bounds: Bounds) -> None:
        self._file = file.with_name(f"{file.name}-wal")
        self._bounds = bounds
        self._due_at = bounds.outgrown
        self._alarming_at = bounds.alarming
        self._is_alarmed = False

    def has_grown(self, writer: Connection) -> None:
        """To be called after each commit."""
        # A log that starts again is cut to its bound (`journal_size_limit`): a larger file is one that has not.
        size = 0
        with suppress(FileNotFoundError):
            size = self._file.stat().st_size
        if size <= self._bounds.outgrown:
            self._start_again()
        elif size > self._due_at:
            self._due_at = size + self._bounds.step
            if size < self._alarming_at:
                self.bring_over(writer)
            else:
                self._alarming_at = 2 * size
                self._insist(writer, size)

    def bring_over(self, writer: Connection) -> bool:
        """Whether everything that was committed stands in the file now: what a reader still needs apart, which would
        have to be waited for.
        """
        return _checkpoint(writer, "PASSIVE")

    def close(self, writer: Connection) -> None:
        _checkpoint(writer, "TRUNCATE")

    def _insist(self, writer: Connection, size: int) -> None:
        ((usual_ms,),) = driver.tell(writer, "PRAGMA busy_timeout")
        driver.tell(writer, f"PRAGMA busy_timeout = {self._bounds.patience_ms}")
        try:
            is_over = _checkpoint(writer, "RESTART")
        finally:
            driver.tell(writer, f"PRAGMA busy_timeout = {usual_ms}")
        if not is_over:
            self._is_alarmed = True
            logger.warning("the write-ahead log grows: something has been reading for long", bytes=size)

    def _start_again(self) -> None:
        self._due_at, self._alarming_at = self._bounds.outgrown, self._bounds.alarming
        if self._is_alarmed:
            self._is_alarmed = False
            logger.info("the write-ahead log is small again")


def _checkpoint(writer: Connection, mode: str) -> bool:
    ((is_busy, logged, brought_over),) = driver.tell(writer, f"PRAGMA wal_checkpoint({mode})")
    return not is_busy and bool(logged == brought_over)
