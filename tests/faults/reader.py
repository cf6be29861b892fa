"""A live page that is open the whole time: after each cut it comes back where it stopped, as browsers do."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

import aiohttp
from tests.faults.served import Served
from tests.live.until import PATIENCE_S
from tests.people import Stream, Visitor

Heard: TypeAlias = tuple[int, str]
"""The event's number and the message's id."""

RECENT: Final = 500
"""Of what was heard: others may have been posted after what is waited for."""


class Reader:
    """`runs` are what it heard of new messages, each without a gap as it believes. A new one begins where the server
    said that too much had happened meanwhile: a page loads anew there.
    """

    def __init__(self, served: Served, visitor: Visitor, known: Sequence[Heard] = ()) -> None:
        """`known` is what it heard before it went away, if it comes back."""
        self.runs: list[list[Heard]] = [[*known]]
        self.cuts = 0
        self._served = served
        self._visitor = visitor
        self._last = known[-1][0] if known else 0
        self._is_back = False
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

    async def until_back(self) -> None:
        """Until it has heard something since it came."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(lambda: self._is_back)

    async def _run(self) -> None:
        while True:
            await self._served.is_up.wait()
            try:
                await self._read()
            except aiohttp.ClientError:
                self.cuts += 1

    async def _read(self) -> None:
        headers = [("Last-Event-ID", str(self._last))] if self._last else []
        address = f"{self._served.base}/live?since=0"
        async with self._visitor.session.get(address, headers=headers) as response:
            response.raise_for_status()  # Where the database is away, say: it tries again.
            stream = Stream(response)
            while (happening := await stream.next()) is not None:
                if happening.name == "reset":
                    self.runs.append([])
                self._last = happening.number or self._last
                if happening.name == "message" and happening.number is not None:
                    self.runs[-1].append((happening.number, happening.data["message"]))
                self._is_back = True
                async with self._news:
                    self._news.notify_all()
