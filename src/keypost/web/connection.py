"""A connection that was taken over from the web server: its transport, and as little as can be beside it."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from keypost.web.outlet import END, FULL_AT, ROOM_AT, Open, Piece

LINGER_S: Final = 10.0
"""How long a reader may take at the end what still waits. Else who never reads would hold its connection for ever."""


class ConnectionOutlet(asyncio.Protocol):
    """Has no task, parser or queue. What waits for the reader waits in the transport, which says when it is too much.

    Stands among the server's `connections`, and is told to shut down as they are. `left` is called when it is no more.
    `is_full` if the transport has said so already: it says it once.
    """

    __slots__ = ("_connections", "_left", "_transport", "_writer", "is_full")

    def __init__(
        self,
        transport: asyncio.Transport,
        connections: set[Any],
        left: Callable[[], None],
        open_: Open,
        *,
        is_full: bool,
    ) -> None:
        self._transport = transport
        self._connections = connections
        self._left = left
        self.is_full = is_full
        connections.add(self)
        transport.set_protocol(self)
        transport.set_write_buffer_limits(high=FULL_AT, low=ROOM_AT)
        self._writer = open_(self)

    def write(self, piece: Piece) -> None:
        if not self._transport.is_closing():
            self._transport.write(piece.chunk)

    def end(self) -> None:
        if self.is_full:  # A reader that does not read would keep us waiting for ever.
            self.cut()
        elif not self._transport.is_closing():
            self._transport.write(END)
            self._transport.close()
            asyncio.get_running_loop().call_later(LINGER_S, self.cut)

    def cut(self) -> None:
        self._transport.abort()

    def shutdown(self) -> None:
        self.end()

    def pause_writing(self) -> None:
        self.is_full = True

    def resume_writing(self) -> None:
        self.is_full = False
        self._writer.drained()

    def data_received(self, _data: bytes) -> None:
        """A reader was told that nothing more is answered here. What it says all the same is not collected."""
        self.cut()

    def connection_lost(self, _error: Exception | None) -> None:
        self._connections.discard(self)
        self._left()
        self._writer.gone()
