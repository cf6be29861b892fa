"""One connection of the load: a protocol that reads no more of an answer than it has to."""

import asyncio
from collections.abc import Callable
from typing import Final

END_OF_HEAD: Final = b"\r\n\r\n"
LENGTH: Final = b"\r\ncontent-length:"
STATUS: Final = slice(9, 12)
NO_CONTENT: Final = b"204"


class Connection(asyncio.Protocol):
    """Kept alive, with one request under way at a time: of what comes back only as much is read as tells where it ends.

    `answered` is called with each answer's connection and whether it was a 2xx.
    """

    def __init__(self, answered: Callable[["Connection", bool], None]) -> None:
        self.began = 0
        self._answered = answered
        self._waiting = False
        self._part = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport

    def send(self, request: bytes, began: int) -> None:
        self.began, self._waiting = began, True
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        data = self._part + data if self._part else data
        if len(data) < _size(data):
            self._part = data
            return
        self._part, self._waiting = b"", False
        self._answered(self, data[STATUS].startswith(b"2"))

    def connection_lost(self, _error: Exception | None) -> None:
        if self._waiting:
            self._waiting = False
            self._answered(self, False)

    def close(self) -> None:
        self._transport.close()


def _size(data: bytes) -> int:
    """How long the answer is that begins so; more than is there while nobody can tell."""
    end = data.find(END_OF_HEAD)
    if end < 0:
        return len(data) + 1
    head_size = end + len(END_OF_HEAD)
    if data[STATUS] == NO_CONTENT:
        return head_size
    _, found, rest = data[:end].lower().partition(LENGTH)
    return head_size + (int(rest.split(b"\r\n", 1)[0]) if found else 0)
