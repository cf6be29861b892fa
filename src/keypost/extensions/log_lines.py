"""What an extension wrote to its log: its last lines, and those that come.

The file is another process's: it may not be there yet, grow while it is read, be moved away or cut short.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Final, Self

from keypost.log import mask

LINES_MAX: Final = 10_000
TAIL_MAX: Final = 4 * 1024 * 1024
"""Bytes at the file's end that are looked at for its last lines."""
PIECE_MAX: Final = 64 * 1024
"""Bytes that are read at once; a line that is longer loses its middle while it is followed."""
LOOK_EVERY_S: Final = 0.5


async def read(file: Path, lines: int, *, follow: bool, is_over: Callable[[], bool]) -> AsyncGenerator[bytes, None]:
    """The last lines; with `follow` whatever is written from then on, until `is_over`. Secrets of ours are masked."""
    with LogFile(file) as log:
        piece = await asyncio.to_thread(log.last, lines, whole=follow)
        while True:
            if piece:
                yield mask(piece.decode(errors="replace")).encode()
            if not follow or is_over():
                return
            piece = await asyncio.to_thread(log.next)
            if not piece:
                await asyncio.sleep(LOOK_EVERY_S)


class LogFile:
    """Not for several threads at once, but for leaving: who waits for a thread's reading may be cancelled meanwhile."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: FileIO | None = None
        self._begun = b""
        self._reading = Lock()
        self._left = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def leave(self) -> None:
        """For good, and without waiting: a reading that is under way closes the file when it is over."""
        self._left = True
        if self._reading.acquire(blocking=False):
            self._close()
            self._reading.release()

    def last(self, lines: int, *, whole: bool) -> bytes:
        """The last lines there are now; with `whole` the one that has no end yet is left for `next`."""
        with self._under_way():
            return self._last(lines, whole=whole)

    def next(self) -> bytes:
        """Whole lines that were written since; nothing if there are none yet."""
        with self._under_way():
            return self._next()

    @contextmanager
    def _under_way(self) -> Iterator[None]:
        try:
            with self._reading:
                yield
        finally:
            if self._left:  # Asked after letting go of the lock: whoever left before that could not close.
                self.leave()

    def _last(self, lines: int, *, whole: bool) -> bytes:
        self._open()
        if self._file is None:
            return b""
        start = max(0, os.fstat(self._file.fileno()).st_size - TAIL_MAX)
        self._file.seek(start)
        found = self._file.read(TAIL_MAX)
        if start > 0:
            found = found[found.find(b"\n") + 1 :]
        if whole:
            found = self._take_whole(found)
        return b"".join(found.splitlines(keepends=True)[-lines:])

    def _next(self) -> bytes:
        if self._file is None:
            self._open()
        if self._file is None:
            return b""
        if os.fstat(self._file.fileno()).st_size < self._file.tell():
            self._file.seek(0)
        written = self._file.read(PIECE_MAX)
        if not written and self._is_another():
            self._close()
            return self._next()
        return self._take_whole(written)

    def _take_whole(self, written: bytes) -> bytes:
        """Up to the last line's end: a secret that was cut in two would not be known as one, and not be masked."""
        whole, end, begun = (self._begun + written).rpartition(b"\n")
        self._begun = begun[:PIECE_MAX]
        return whole + end

    def _is_another(self) -> bool:
        """Whether another file has the path now: this one was moved away and is read to its end."""
        try:
            now = self._path.stat()
        except FileNotFoundError:
            return False
        known = os.fstat(self._file.fileno()) if self._file is not None else None
        return known is None or (known.st_dev, known.st_ino) != (now.st_dev, now.st_ino)

    def _open(self) -> None:
        if self._left:
            return
        try:
            self._file = self._path.open("rb", buffering=0)
        except FileNotFoundError:
            self._file = None

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
