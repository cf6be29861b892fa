"""Answers without an end over real sockets: by connections that are taken over, and as any ASGI server carries them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, Self

from starlette.types import ASGIApp, Receive, Scope, Send
from tests.live.until import PATIENCE_S
from tests.serving import OPEN, listening, serving

from keypost.web.gate import Gate
from keypost.web.outlet import Outlet, Piece
from keypost.web.streaming import Feed

DOORS: Final = ("taken over", "plain")
SMALL_BUFFER: Final = 4096
CHUNK_END: Final = b"\r\n"
BIG: Final = Piece.of(b"x" * 64 * 1024)
TOO_MUCH: Final = 50
"""More of these than any kernel takes for a reader that does not read."""


def by_any_server(app: ASGIApp) -> ASGIApp:
    """As a server serves it that hands no connection over."""

    async def plain(scope: Scope, receive: Receive, send: Send) -> None:
        await app({name: value for name, value in scope.items() if name != "extensions"}, receive, send)

    return plain


@asynccontextmanager
async def fed(app: ASGIApp, door: str, gate: Gate = OPEN) -> AsyncIterator[int]:
    """The port of a server, whose kernel takes little for readers that do not read."""
    listener = listening()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL_BUFFER)
    async with serving(app if door == "taken over" else by_any_server(app), listener, gate):
        yield listener.getsockname()[1]


class Source:
    """Writes to whoever opens it. As an application, it answers every request with itself."""

    def __init__(self) -> None:
        self.outlets: list[Outlet] = []
        self.drained_times = 0
        self.gone_times = 0
        self._news = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Feed(self.open, media_type="text/plain")(scope, receive, send)

    def open(self, outlet: Outlet) -> Self:
        self.outlets.append(outlet)
        self._news.set()
        return self

    def drained(self) -> None:
        self.drained_times += 1
        self._news.set()

    def gone(self) -> None:
        self.gone_times += 1
        self._news.set()

    async def opened(self) -> Outlet:
        await self.until(lambda: bool(self.outlets))
        return self.outlets[-1]

    async def until(self, has_happened: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not has_happened():
                self._news.clear()
                await self._news.wait()


async def filled(outlet: Outlet) -> int:
    """Writes until that is too much for a reader that does not read. Answers how many pieces it took."""
    count = 0
    while not outlet.is_full:
        outlet.write(BIG)
        count += 1
        await asyncio.sleep(0)
        assert count < TOO_MUCH
    return count


class Listener:
    """Who reads a feed, when told to; until then its kernel takes as little as it can."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer
        self.is_over = False
        self._is_in_head = True

    @classmethod
    async def connect(cls, port: int, *fields: str, path: str = "/", reads: bool = True) -> Self:
        loop = asyncio.get_running_loop()
        line = socket.socket()
        if not reads:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        line.setblocking(False)
        await loop.sock_connect(line, ("127.0.0.1", port))
        reader, writer = await asyncio.open_connection(sock=line, limit=SMALL_BUFFER)
        if not reads:
            writer.transport.pause_reading()  # type: ignore[attr-defined]
        listener = cls(reader, writer)
        listener.ask(path, *fields)
        return listener

    def ask(self, path: str, *fields: str) -> None:
        head = [f"GET {path} HTTP/1.1", "Host: x", *fields]
        self.writer.write("\r\n".join(head).encode() + b"\r\n\r\n")

    def wake(self) -> None:
        self.writer.transport.resume_reading()  # type: ignore[attr-defined]

    async def head(self) -> bytes:
        self._is_in_head = False
        async with asyncio.timeout(PATIENCE_S):
            return await self._reader.readuntil(b"\r\n\r\n")

    async def skip(self, size: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self._reader.readexactly(size)

    async def exactly(self, content: bytes) -> None:
        async with asyncio.timeout(PATIENCE_S):
            assert await self._reader.readexactly(len(content)) == content

    async def chunk(self) -> bytes:
        """The next one as it was sent; empty at the end, and also if that was no end but a cut."""
        async with asyncio.timeout(PATIENCE_S):
            try:
                if self._is_in_head:
                    await self.head()
                size = int(await self._reader.readuntil(CHUNK_END), 16)
                content = await self._reader.readexactly(size + len(CHUNK_END))
            except (asyncio.IncompleteReadError, ConnectionError):
                return b""
        self.is_over = not size
        return content[:size]

    async def rest(self) -> bytes:
        content = b""
        while chunk := await self.chunk():
            content += chunk
        return content

    async def close(self) -> None:
        self.writer.close()
        await asyncio.gather(self.writer.wait_closed(), return_exceptions=True)
