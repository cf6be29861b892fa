"""A live page that is open the whole time: after each cut it comes back where it stopped, as browsers do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
from tests.faults.served import Served
from tests.live.until import PATIENCE_S
from tests.people import Visitor

RECENT: Final = 500
"""Of what was heard: others may have been posted after what is waited for."""


class Reader:
    """`runs` are what it heard of new messages: the event's number and the message's id, each run without a gap as it
    believes. A new one begins where the server said that too much had happened meanwhile: a page loads anew there.
    """

    def __init__(self, served: Served, visitor: Visitor) -> None:
        self.runs: list[list[tuple[int, str]]] = [[]]
        self.cuts = 0
        self._served = served
        self._visitor = visitor
        self._last = 0
        self._news = asyncio.Condition()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._run(), name="reader")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def until_heard(self, message_id: str) -> None:
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(lambda: any(heard == message_id for _, heard in self.runs[-1][-RECENT:]))

    async def _run(self) -> None:
        while True:
            await self._served.is_up.wait()
            try:
                await self._read()
            except aiohttp.ClientError:
                self.cuts += 1

    async def _read(self) -> None:
        headers = [("Last-Event-ID", str(self._last))] if self._last else []
        async with self._visitor.watching(0, headers) as stream:
            while (happening := await stream.next()) is not None:
                if happening.name == "reset":
                    self.runs.append([])
                self._last = happening.number or self._last
                if happening.name == "message" and happening.number is not None:
                    self.runs[-1].append((happening.number, happening.data["message"]))
                    async with self._news:
                        self._news.notify_all()
