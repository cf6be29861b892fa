"""Answers that took longer than the server waits: sent once to the address that came with the call."""

import ipaddress
import logging
from typing import Final
from urllib.parse import urlsplit

import aiohttp

LATE_FROM_S: Final = 15.0
"""How long the server waits for an answer."""

TIMEOUT_S: Final = 10.0
TAKEN: Final = range(200, 300)

logger = logging.getLogger("keypost_sdk")


async def send(address: str, body: bytes) -> None:
    """POST an answer's bytes. What becomes of it is one line of the log, never an exception.

    The address holds a nonce that works once, so it goes over https or to this very machine, follows no redirect, and
    stands in no log.
    """
    if not is_safe(address):
        logger.error("late answer not sent", extra={"fields": {"why": "the address is not https"}})
        return
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    headers = {"Content-Type": "application/json"}
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(address, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            status = answer.status
    except (aiohttp.ClientError, OSError, ValueError) as error:  # A timeout is an OSError.
        logger.error("late answer not sent", extra={"fields": {"why": type(error).__name__}})  # noqa: TRY400 - its message has the address
        return
    level = logging.INFO if status in TAKEN else logging.WARNING
    logger.log(level, "late answer sent", extra={"fields": {"status": status}})


def is_safe(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and _is_here(host)))


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
