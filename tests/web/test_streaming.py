"""An answer that goes on lets go of what it reads as soon as nobody reads it, and not when memory is next cleared."""

import asyncio
from collections.abc import AsyncGenerator

from starlette.types import Message, Scope

from keypost.web.streaming import Stream

SCOPE: Scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}}


class Source:
    """Says one thing, and then waits for ever."""

    def __init__(self) -> None:
        self.is_held = False
        self.content = self._read()

    async def _read(self) -> AsyncGenerator[bytes, None]:
        self.is_held = True
        try:
            yield b"first"
            await asyncio.Event().wait()
        finally:
            self.is_held = False


class Reader:
    """The server's half of a connection; a `slow` reader takes no piece, so that the answer waits with one in hand."""

    def __init__(self, *, slow: bool = False) -> None:
        self._slow = slow
        self.has_begun = asyncio.Event()
        self.leaves = asyncio.Event()

    async def receive(self) -> Message:
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.body":
            self.has_begun.set()
            if self._slow:
                await asyncio.Event().wait()


async def test_what_is_read_is_let_go_when_the_reader_leaves() -> None:
    await leaving(Source(), Reader())


async def test_also_when_the_reader_left_a_piece_lying() -> None:
    await leaving(Source(), Reader(slow=True))


async def test_also_when_the_server_stops_in_the_middle() -> None:
    source, reader = Source(), Reader(slow=True)
    answering = asyncio.create_task(answer(source, reader))
    await reader.has_begun.wait()

    answering.cancel()
    await asyncio.wait([answering])

    assert not source.is_held


async def test_also_when_the_connection_breaks_under_a_piece() -> None:
    source = Source()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            raise ConnectionResetError

    failed = await asyncio.gather(
        Stream(source.content, media_type="text/plain")(SCOPE, Reader().receive, send), return_exceptions=True
    )

    assert isinstance(failed[0], ConnectionResetError)
    assert not source.is_held


async def leaving(source: Source, reader: Reader) -> None:
    answering = asyncio.create_task(answer(source, reader))
    await reader.has_begun.wait()
    assert source.is_held

    reader.leaves.set()
    await answering

    assert not source.is_held


async def answer(source: Source, reader: Reader) -> None:
    await Stream(source.content, media_type="text/plain")(SCOPE, reader.receive, reader.send)
