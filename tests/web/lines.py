"""Connections that say exactly what they are told to, byte for byte."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.live.until import PATIENCE_S
from tests.people import Tool
from tests.serving import listening, serving
from tests.world import World

from keypost.web.gate import Bounds, Gate

TIGHT = Bounds(head_max=2_000, fields_max=20, target_max=500, connections_per_address=2)
SOON = Bounds(head_s=0.25, leftover_s=0.25)
"""For who waits until it is over; whoever has something to say could be too late on a busy machine."""
DRIP_S = 0.02
PATH = "/api/v2/channelsbyname/builds/message"


class Line:
    """A connection that says exactly what it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def say(self, *pieces: bytes) -> None:
        """Each piece leaves by itself."""
        for piece in pieces:
            self._writer.write(piece)
            await self._writer.drain()
            await asyncio.sleep(0)

    async def say_and_hear(self, request: bytes) -> tuple[bytes, bytes]:
        await self.say(request)
        return await self.hear_raw()

    async def drip(self, piece: bytes) -> None:
        """Says it again and again, until the server has heard enough."""
        with suppress(ConnectionError):
            while not self._reader.at_eof():
                await self.say(piece)
                await asyncio.sleep(DRIP_S)

    async def drip_until_cut(self, piece: bytes) -> None:
        """Says it again and again to a server that says nothing more, until that does not even listen."""
        with suppress(ConnectionError):
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    await self.say(piece)
                    await asyncio.sleep(DRIP_S)

    async def hear(self) -> tuple[int, bytes]:
        """The next answer: its status and body."""
        head, body = await self.hear_raw()
        return int(head.split()[1]), body

    async def hear_raw(self) -> tuple[bytes, bytes]:
        """The next answer: its head, without the empty line at its end, and its body."""
        head = await self.hear_head()
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        async with asyncio.timeout(PATIENCE_S):
            return head, await self._reader.readexactly(length)

    async def hear_head(self) -> bytes:
        async with asyncio.timeout(PATIENCE_S):
            return (await self._reader.readuntil(b"\r\n\r\n"))[:-4]

    async def hear_code(self) -> tuple[int, str]:
        status, body = await self.hear()
        return status, json.loads(body)["code"]

    async def hear_end(self) -> bytes:
        """What is left until the server closes."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._reader.read()

    async def hear_cut(self) -> None:
        """The server closes, and does not mind what it has not read."""
        with suppress(ConnectionResetError):
            assert await self.hear_end() == b""

    def say_no_more(self) -> None:
        """It still listens."""
        self._writer.write_eof()

    async def end(self) -> None:
        self._writer.close()
        with suppress(ConnectionError):  # It was cut already.
            await self._writer.wait_closed()


class Door:
    """An address. Connections to it are kept, and whoever says something takes one that is free."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._free: list[Line] = []

    async def ask(self, request: bytes) -> tuple[bytes, bytes]:
        """The head and the body of the answer."""
        line = self._free.pop() if self._free else Line(*await asyncio.open_connection(*self._address))
        head, body = await line.say_and_hear(request)
        if b"connection: close" in head.lower():
            await line.end()
        else:
            self._free.append(line)
        return head, body

    async def end(self) -> None:
        for line in self._free:
            await line.end()


@asynccontextmanager
async def lines(world: World, gate: Gate, count: int = 1) -> AsyncIterator[list[Line]]:
    """Connections to a server of the world that has a gate of its own."""
    listener = listening()
    port = listener.getsockname()[1]
    async with serving(world.server.door, listener, gate, world.server.fast_lane):
        made = [Line(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(count)]
        try:
            yield made
        finally:
            for line in made:
                await line.end()


@asynccontextmanager
async def line(world: World, bounds: Bounds = TIGHT) -> AsyncIterator[Line]:
    async with lines(world, Gate(bounds)) as (one,):
        yield one


def post(tool: Tool, text: str, *fields: str, sync: bool = False) -> bytes:
    body = json.dumps({"text": text, "sync_message": sync}).encode()
    head = [
        f"POST {PATH} HTTP/1.1",
        "Host: x",
        f"X-Keypost-Token: {tool.secret}",
        f"Content-Length: {len(body)}",
        *fields,
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body
