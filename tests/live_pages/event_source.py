"""A browser's live page, down to its bytes: it keeps what arrived whole, and comes back where it stopped."""

import json
from collections.abc import Callable
from typing import Final

from tests.people import Happening, Visitor
from tests.web.feeding import Listener
from yarl import URL

FRAME_END: Final = b"\n\n"


def cookie_of(who: Visitor) -> str:
    cookies = who.session.cookie_jar.filter_cookies(URL(who.base))
    return "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())


class EventSource:
    """`heard` is what it was told so far; `comments` counts the signs of life between."""

    def __init__(self, port: int, who: Visitor, since: int) -> None:
        self._port = port
        self._cookie = cookie_of(who)
        self._last = since
        self._line: Listener | None = None
        self._begun = b""
        self.heard: list[Happening] = []
        self.comments = 0
        self.connections = 0

    async def open(self, *, reads: bool = True) -> None:
        self._begun = b""
        fields = (f"Cookie: {self._cookie}", f"Last-Event-ID: {self._last}")
        self._line = await Listener.connect(self._port, *fields, path="/live", reads=reads)
        self.connections += 1

    async def close(self) -> None:
        if self._line is not None:
            await self._line.close()
            self._line = None

    def wake(self) -> None:
        if self._line is not None:
            self._line.wake()

    async def is_ended(self) -> bool:
        """Reads to the end; whether that was one, and not a cut."""
        assert self._line is not None
        while content := await self._line.chunk():
            self._take(content)
        return self._line.is_over

    async def until(self, text: str) -> None:
        """Up to the message with this text in it, the last of all, however often it has to come back for it."""
        await self._until(lambda last: text in last.data.get("html", ""))

    async def until_number(self, number: int) -> None:
        await self._until(lambda last: last.number == number)

    async def _until(self, is_it: Callable[[Happening], bool]) -> None:
        while not (self.heard and is_it(self.heard[-1])):
            if self._line is None:
                await self.open()
            assert self._line is not None
            content = await self._line.chunk()
            if not content:
                await self.close()
            self._take(content)

    def _take(self, content: bytes) -> None:
        *frames, self._begun = (self._begun + content).split(FRAME_END)
        for frame in frames:
            fields = dict(line.split(": ", 1) for line in frame.decode().split("\n"))
            self.comments += "" in fields
            if "event" not in fields:
                continue
            number = int(fields["id"]) if "id" in fields else None
            self._last = number if number is not None else self._last
            self.heard.append(Happening(fields["event"], number, json.loads(fields["data"])))
