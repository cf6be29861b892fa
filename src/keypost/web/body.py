"""Request bodies: bounded in size as they arrive, and in time."""

import asyncio
import contextlib
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
PATIENCE_S: Final = 15
DRAIN_MAX: Final = 8 * 1024 * 1024
DRAIN_S: Final = 2
READ: Final = "body_read"


class Pace(Struct, frozen=True):
    """How slow a long body may be: its longest pause, and its bytes a second once that much time has passed."""

    pause_s: float = 15
    floor: int = 1_000


PACE: Final = Pace()


async def read_body(request: Request, limit: int = MESSAGE_MAX) -> bytes:
    """The whole body. Counted on the wire: what `Content-Length` promises is only used to refuse sooner."""
    _refuse_early(request, limit)
    pieces, size = [], 0
    try:
        async with asyncio.timeout(PATIENCE_S):
            async for piece in request.stream():
                size += len(piece)
                if size > limit:
                    raise _too_large(limit)
                pieces.append(piece)
    except TimeoutError as error:
        raise TooSlow("body_too_slow", f"The body did not arrive within {PATIENCE_S} seconds.") from error
    except ClientDisconnect as error:
        raise _incomplete() from error
    request.scope["state"][READ] = True
    return b"".join(pieces)


async def stream_body(request: Request, limit: int, pace: Pace = PACE) -> AsyncIterator[bytes]:
    """The body piece by piece, for one that is too large to be held. Bounded as it arrives, and in its pace: a large
    one may take long, but a sender who only pretends to send holds nothing for long.
    """
    _refuse_early(request, limit)
    pieces, size, began = request.stream(), 0, time.monotonic()
    while True:
        try:
            async with asyncio.timeout(pace.pause_s):
                piece = await anext(pieces, None)
        except TimeoutError as error:
            raise TooSlow("body_too_slow", f"Nothing of the body arrived for {pace.pause_s:g} seconds.") from error
        except ClientDisconnect as error:
            raise _incomplete() from error
        if piece is None:
            break
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        spent = time.monotonic() - began
        if spent > pace.pause_s and size < spent * pace.floor:
            raise TooSlow("body_too_slow", f"The body arrives with less than {pace.floor} bytes a second.")
        yield piece
    request.scope["state"][READ] = True


async def drain(request: Request) -> bool:
    """Takes in and drops what a refused sender is still sending: one that only writes would never see the answer.

    False for a sender that waits to be told to go on (`Expect: 100-continue`): it is not told, and what it sends next
    on this connection would be read as its body.
    """
    if request.scope["state"].get(READ):
        return True
    if "expect" in request.headers:
        return False
    # RuntimeError: the last piece was the one too many, and there is nothing left to read.
    with contextlib.suppress(TimeoutError, ClientDisconnect, RuntimeError):
        async with asyncio.timeout(DRAIN_S):
            size = 0
            async for piece in request.stream():
                size += len(piece)
                if size > DRAIN_MAX:
                    break
    return True


def _refuse_early(request: Request, limit: int) -> None:
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Invalid("content_encoding_not_supported", "The body is compressed. Send it as it is.")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)


def _incomplete() -> Invalid:
    return Invalid("body_incomplete", "The connection ended before the body did.")


def _too_large(limit: int) -> TooLarge:
    return TooLarge("body_too_large", f"The body is over {limit // 1024} KiB, which is the most here.")
