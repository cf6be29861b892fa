"""Answers that go on for as long as somebody reads them."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from keypost.web.outlet import TAKE_OVER, Open, QueueOutlet

UNBUFFERED: Final = {"X-Accel-Buffering": "no"}
"""Asks nginx in front to pass each piece on at once."""


class Stream(StreamingResponse):
    """Closes `content` when it is over, however it ends.

    Starlette leaves a generator that a reader left in the middle to the garbage collector: with its open file, or as a
    watcher to whom the hub goes on to send.
    """

    def __init__(self, content: AsyncGenerator[bytes, None], *, media_type: str) -> None:
        super().__init__(content, media_type=media_type, headers=UNBUFFERED)
        self._content = content

    async def stream_response(self, send: Send) -> None:
        async with aclosing(self._content):
            await super().stream_response(send)


class Feed(Stream):
    """Is written by somebody who has news for many, whenever there are some.

    Where the server can hand its connection over, nothing of the request remains once the head is sent; else a task of
    the answer's own sends what is written.
    """

    def __init__(self, open_: Open, *, media_type: str) -> None:
        super().__init__(_pieces(open_), media_type=media_type)
        self._open = open_

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        take_over = scope.get("extensions", {}).get(TAKE_OVER)
        if take_over is None:
            await super().__call__(scope, receive, send)
            return
        self.headers["Connection"] = "close"
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        take_over(self._open)


async def _pieces(open_: Open) -> AsyncGenerator[bytes, None]:
    # Opened here and not before: for a reader that has gone by now nothing must be opened.
    outlet = QueueOutlet(open_)
    try:
        while (content := await outlet.next()) is not None:
            yield content
    finally:
        outlet.leave()
