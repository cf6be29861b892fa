"""A live page that costs next to nothing, so that there can be ten thousand of them in one process."""

import asyncio
import re
from typing import Final

from tests.faults.stage import Stage

MESSAGE: Final = b"\nevent: message"
RESET: Final = b"\nevent: reset"
OPENED: Final = b"retry:"
AGAIN_S: Final = 1.0
_NUMBER: Final = re.compile(rb"^id: (\d+)$", re.MULTILINE)


class Watcher(asyncio.Protocol):
    """Counts the messages that it hears of, over all of its connections; `losses` are those that the server ended. It
    comes back by itself. After a `reset` it would load its page anew, and what it counts means nothing any more.
    """

    def __init__(self, stage: Stage, cookie: str) -> None:
        self.heard = 0
        self.is_open = False
        self.was_reset = False
        self.losses = 0
        self._settings = stage.served.settings
        self._cookie = cookie
        self._last = b""
        self._tail = b""
        self._transport: asyncio.Transport | None = None
        self._returning: asyncio.Task[None] | None = None

    async def open(self) -> None:
        settings, loop = self._settings, asyncio.get_running_loop()
        while True:
            try:
                await loop.create_connection(lambda: self, settings.host, settings.port)
            except OSError:
                await asyncio.sleep(AGAIN_S)
            else:
                return

    def drop(self) -> None:
        if self._transport is not None:
            transport, self._transport = self._transport, None
            transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport, self._tail = transport, b""
        resuming = b"Last-Event-ID: %b\r\n" % self._last if self._last else b""
        head = f"GET /live HTTP/1.1\r\nHost: keypost.example\r\nCookie: {self._cookie}\r\n"
        transport.write(head.encode() + resuming + b"\r\n")

    def connection_lost(self, _error: Exception | None) -> None:
        self.is_open = False
        if self._transport is not None:
            self._transport = None
            self.losses += 1
            self._returning = asyncio.create_task(self._come_back())

    async def _come_back(self) -> None:
        await asyncio.sleep(AGAIN_S)
        await self.open()

    def data_received(self, data: bytes) -> None:
        data = self._tail + data
        self.is_open = self.is_open or OPENED in data
        whole = data.rfind(b"\n\n") + 1  # Up to here nothing is cut in two.
        text, self._tail = data[:whole], data[whole:]
        self.heard += text.count(MESSAGE)
        self.was_reset = self.was_reset or RESET in text
        if numbers := _NUMBER.findall(text):
            self._last = numbers[-1]


def cookie_of(stage: Stage) -> str:
    """Of Ada's browser. All watchers are tabs of hers."""
    return "; ".join(f"{cookie.key}={cookie.value}" for cookie in stage.ada.session.cookie_jar)
