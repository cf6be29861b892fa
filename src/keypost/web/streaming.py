"""An answer that goes on for as long as somebody reads it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from starlette.responses import StreamingResponse
from starlette.types import Send

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
