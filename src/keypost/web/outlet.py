"""Where an answer without an end is written: straight onto its connection, or into a queue that any server can empty.

Whoever has something to say writes it when it happens. Nothing waits on behalf of a reader, so a reader that hears
nothing costs a connection and little more.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol, Self

from msgspec import Struct

FULL_AT: Final = 256 * 1024
"""Bytes that may wait for one slow reader. A piece that is written below that is taken whole."""
ROOM_AT: Final = FULL_AT // 4
"""How far that has to sink before the reader is said to have room again."""
END: Final = b"0\r\n\r\n"
TAKE_OVER: Final = "keypost.take_over"
"""Among the extensions of an ASGI scope: a function that takes an `Open`, once the head of the answer has been sent."""


class Piece(Struct, frozen=True):
    """`chunk` is `content` as HTTP/1.1 sends it; made once, for all who get it."""

    content: bytes
    chunk: bytes

    @classmethod
    def of(cls, content: bytes) -> Self:
        return cls(content, b"%x\r\n%b\r\n" % (len(content), content))


class Outlet(Protocol):
    """`is_full`: what was written before still waits for the reader."""

    @property
    def is_full(self) -> bool: ...

    def write(self, piece: Piece) -> None: ...

    def end(self) -> None:
        """After what has been written."""
        ...

    def cut(self) -> None:
        """At once, and without what still waits."""
        ...


class Writer(Protocol):
    """Whoever writes into an outlet."""

    def drained(self) -> None:
        """The outlet was full, and has room again."""
        ...

    def gone(self) -> None:
        """The reader has gone, or the answer has ended."""
        ...


Open = Callable[[Outlet], Writer]


class QueueOutlet:
    """For any ASGI server: the answer's own task sends what waits here, `size` bytes at the moment."""

    def __init__(self, open_: Open) -> None:
        self._waiting: deque[bytes] = deque()
        self.size = 0
        self._is_over = False
        self._news = asyncio.Event()
        self.is_full = False
        self._writer = open_(self)

    def write(self, piece: Piece) -> None:
        if self._is_over:
            return
        self._waiting.append(piece.content)
        self.size += len(piece.content)
        self.is_full = self.size > FULL_AT
        self._news.set()

    def end(self) -> None:
        self._is_over = True
        self._news.set()

    def cut(self) -> None:
        self._waiting.clear()
        self.size = 0
        self.end()

    def leave(self) -> None:
        self._writer.gone()

    async def next(self) -> bytes | None:
        """The next piece; None when it is over."""
        while not self._waiting:
            if self._is_over:
                return None
            self._news.clear()
            await self._news.wait()
        content = self._waiting.popleft()
        self.size -= len(content)
        if self.is_full and self.size <= ROOM_AT:
            self.is_full = False
            self._writer.drained()
        return content
