"""A receiver on loopback that behaves as badly as a test says: raw bytes over a real socket."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from ssl import SSLContext
from types import TracebackType
from typing import Self

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER of zero seconds: closing sends a reset instead of an end."""
BETWEEN_DROPS_S = 0.02


class Receiver:
    """Reads one request per connection, keeps it in `requests`, then does what `behaviour` says."""

    def __init__(self, behaviour: Behaviour, *, host: str = "127.0.0.1", tls: SSLContext | None = None) -> None:
        self._behaviour = behaviour
        self._host = host
        self._tls = tls
        self._connections: set[asyncio.Task[None]] = set()
        self.requests: list[Request] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self._host, 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}/"

    @property
    def local(self) -> frozenset[tuple[str, int]]:
        return frozenset({(self._host, self.port)})

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.get_running_loop().create_task(self._connection(reader, writer))
        self._connections.add(connection)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.requests.append(await Request.read(reader))
            await self._behaviour(reader, writer)
        finally:
            writer.close()


class Request:
    def __init__(self, line: str, headers: dict[str, str], body: bytes) -> None:
        self.line = line
        self.headers = headers
        self.body = body

    @classmethod
    async def read(cls, reader: asyncio.StreamReader) -> Self:
        line, *fields = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}
        return cls(line, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


def http(body: bytes, *, status: str = "200 OK", headers: tuple[str, ...] = ()) -> bytes:
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def answers(response: bytes) -> Behaviour:
    async def behaviour(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(response)
        await writer.drain()

    return behaviour


def resets_after(beginning: bytes) -> Behaviour:
    async def behaviour(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(beginning)
        await writer.drain()
        peer: socket.socket = writer.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        writer.transport.abort()

    return behaviour


def repeats(beginning: bytes, piece: bytes, *, times: int) -> Behaviour:
    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader  # The request was read already.
        writer.write(beginning)
        for _ in range(times):
            writer.write(piece)
            await writer.drain()

    return behaviour


def drips(beginning: bytes, piece: bytes) -> Behaviour:
    """Slow, and without an end: it is the caller who has to go."""

    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader  # The request was read already.
        writer.write(beginning)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(BETWEEN_DROPS_S)

    return behaviour


async def says_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()  # Until the caller goes away.
