"""What stands between the server and its PostgreSQL, and breaks what a network breaks."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Any, Final

from sqlalchemy import make_url
from tests.live.until import PATIENCE_S

COMMIT: Final = b"COMMIT"
"""What the server's driver sends to commit. No message of a test has this word."""
PIECE: Final = 65_536


class Cut(Enum):
    """When the next commit loses its connection."""

    BEFORE = "before it reaches the database"
    AFTER = "when it has happened, before its answer"
    SILENCE = "when it has happened, and stays open without an answer"


class Proxy:
    """`url` is the database's address through it."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._socket = str(Path(str(self._url.query["host"])) / ".s.PGSQL.5432")
        self._listening: asyncio.Server | None = None
        self._port = 0
        self._next: Cut | None = None
        self._was_cut = asyncio.Event()
        self._flows = asyncio.Event()
        self._flows.set()
        self._is_silent = False
        self._open: set[asyncio.StreamWriter] = set()
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"postgresql://{self._url.username}@127.0.0.1:{self._port}/{self._url.database}"

    async def open(self) -> None:
        if self._listening is not None:
            return
        self._listening = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._listening.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Nobody gets through any more, and who is connected is cut off."""
        self._stop_listening()
        self.let_flow()
        for stream in self._open:
            stream.transport.abort()
        await asyncio.gather(*self._connections)

    async def cut(self, when: Cut, *, then_close: bool = False) -> None:
        """Lets one commit go, and nobody hear of it; returns when that has happened."""
        self._was_cut.clear()
        if then_close:
            self._stop_listening()
        self._next = when
        async with asyncio.timeout(PATIENCE_S):
            await self._was_cut.wait()

    def hold(self) -> None:
        """Nobody hears anything more, as of a machine without power."""
        self._flows.clear()

    def let_flow(self) -> None:
        self._flows.set()

    def _stop_listening(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, database = await asyncio.open_unix_connection(self._socket)
        ends = {writer, database}
        self._open |= ends
        is_lost = asyncio.Event()
        directions = (self._ask(reader, database, is_lost), self._answer(answers, writer, is_lost))
        for direction in directions:
            task = asyncio.create_task(_until_broken(direction, ends))
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
        await asyncio.gather(*(stream.wait_closed() for stream in ends), return_exceptions=True)
        self._open -= ends

    async def _ask(self, server: asyncio.StreamReader, database: asyncio.StreamWriter, is_lost: asyncio.Event) -> None:
        while asked := await server.read(PIECE):
            if self._next is not None and COMMIT in asked:
                when, self._next = self._next, None
                if when is Cut.BEFORE:
                    self._was_cut.set()
                    return
                self._is_silent = when is Cut.SILENCE
                is_lost.set()
            await self._flows.wait()
            database.write(asked)

    async def _answer(
        self, database: asyncio.StreamReader, server: asyncio.StreamWriter, is_lost: asyncio.Event
    ) -> None:
        while answered := await database.read(PIECE):
            if is_lost.is_set():
                self._was_cut.set()
                if self._is_silent:
                    continue
                return
            await self._flows.wait()
            server.write(answered)


async def _until_broken(direction: Coroutine[Any, Any, None], ends: set[asyncio.StreamWriter]) -> None:
    """One direction; what ends it ends both."""
    with suppress(ConnectionError):
        await direction
    for stream in ends:
        stream.transport.abort()
