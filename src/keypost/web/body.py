"""Request bodies: bounded in size as they arrive, and in time."""

import asyncio
import contextlib
from typing import Final

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


async def read_body(request: Request, limit: int = MESSAGE_MAX) -> bytes:
    """The whole body. Counted on the wire: what `Content-Length` promises is only used to refuse sooner."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Invalid("content_encoding_not_supported", "The body is compressed. Send it as it is.")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
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
        raise Invalid("body_incomplete", "The connection ended before the body did.") from error
    request.scope["state"][READ] = True
    return b"".join(pieces)


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


def _too_large(limit: int) -> TooLarge:
    return TooLarge("body_too_large", f"The body is over {limit // 1024} KiB, which is the most here.")
