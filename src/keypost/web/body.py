"""Request bodies: bounded in size as they arrive, and in time."""

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator
from typing import Final

from msgspec import Struct
from starlette.requests import ClientDisconnect, Request

from keypost.errors import Invalid, TooLarge, TooSlow

MESSAGE_MAX: Final = 256 * 1024
"""Bytes of a message's body."""
RAW_MAX: Final = 5 * 1024 * 1024
"""Bytes of a body that goes to an extension's incoming handler as it is."""
DRAIN_MAX: Final = 8 * 1024 * 1024
DRAIN_S: Final = 2
UNENCODED: Final = frozenset({"", "identity"})
READ: Final = "body_read"
TOO_LATE: Final = "body_too_late"


class Pace(Struct, frozen=True, kw_only=True):
    """How slow a body may be: it may fall behind `floor` bytes a second by `window_s`, and neither a pause nor a drip
    holds anything for longer. `total_s` is for all of it.
    """

    window_s: float
    floor: int
    total_s: float = math.inf


PATIENCE_S: Final = 15
"""For the whole body of a message."""
FLOOR: Final = 1_000
"""Bytes a second."""
MESSAGE_PACE: Final = Pace(window_s=5, floor=FLOOR, total_s=PATIENCE_S)
UPLOAD_PACE: Final = Pace(window_s=15, floor=FLOOR)
"""A large one may take hours over an honest slow line."""


async def read_body(request: Request, limit: int = MESSAGE_MAX) -> bytes:
    """The whole body. Counted on the wire: what `Content-Length` promises is only used to refuse sooner."""
    return b"".join([piece async for piece in stream_body(request, limit, MESSAGE_PACE)])


async def stream_body(request: Request, limit: int, pace: Pace) -> AsyncIterator[bytes]:
    """The body piece by piece, for one that is too large to be held. Bounded as it arrives, and in its pace."""
    _refuse_early(request, limit)
    pieces, size, watch = request.stream(), 0, Watch(pace)
    while True:
        try:
            began = time.monotonic()
            async with asyncio.timeout(watch.left_s):
                piece = await anext(pieces, None)
        except TimeoutError as error:
            request.scope["state"][TOO_LATE] = True
            raise watch.too_slow() from error
        except ClientDisconnect as error:
            raise _incomplete() from error
        if piece is None:
            break
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        watch.note(len(piece), time.monotonic() - began)
        yield piece
    request.scope["state"][READ] = True


class Watch:
    """Over one body's pace. Only waiting for it counts: what we do with a piece is not its sender's time."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._total_left_s = pace.total_s
        self._pace_left_s = pace.window_s

    @property
    def left_s(self) -> float:
        """How long may be waited for the next piece."""
        return min(self._total_left_s, self._pace_left_s)

    def note(self, size: int, waited_s: float) -> None:
        self._total_left_s -= waited_s
        earned_s = size / self._pace.floor
        # Never more than a window is left: a sender can catch up, but not save up for a pause.
        self._pace_left_s = min(self._pace_left_s - waited_s + earned_s, self._pace.window_s)

    def too_slow(self) -> TooSlow:
        if self._total_left_s <= self._pace_left_s:
            return TooSlow("body_too_slow", f"The body did not arrive within {self._pace.total_s:g} seconds.")
        return TooSlow("body_too_slow", f"The body arrives with less than {self._pace.floor} bytes a second.")


def is_held_back(request: Request) -> bool:
    """Whether a body that was not read is not waited for: its sender took too long, or waits to be told to go on
    (`Expect: 100-continue`) and may never be. What comes next on this connection would be read as that body.
    """
    state = request.scope["state"]
    return TOO_LATE in state or ("expect" in request.headers and not state.get(READ))


async def drain(request: Request) -> None:
    """Takes in and drops what a refused sender is still sending: one that only writes would never see the answer."""
    if request.scope["state"].get(READ) or is_held_back(request):
        return
    # RuntimeError: the last piece was the one too many, and there is nothing left to read.
    with contextlib.suppress(TimeoutError, ClientDisconnect, RuntimeError):
        async with asyncio.timeout(DRAIN_S):
            size = 0
            async for piece in request.stream():
                size += len(piece)
                if size > DRAIN_MAX:
                    break


def _refuse_early(request: Request, limit: int) -> None:
    if request.headers.get("content-encoding", "").strip().lower() not in UNENCODED:
        raise Invalid("content_encoding_not_supported", "The body is compressed. Send it as it is.")
    # Without zeros in front: there may be more of them than `int` takes.
    declared = request.headers.get("content-length", "").strip().lstrip("0")
    if int(declared or 0) > limit:
        raise _too_large(limit)


def _incomplete() -> Invalid:
    return Invalid("body_incomplete", "The connection ended before the body did.")


def _too_large(limit: int) -> TooLarge:
    return TooLarge("body_too_large", f"The body is over {limit // 1024} KiB, which is the most here.")
