"""Does a request come from this machine? For what only somebody who works on it may ask."""

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from typing import Final

from starlette.requests import Request

from keypost.errors import Forbidden

PASSED_ON: Final = frozenset({"forwarded", "x-forwarded-for", "x-real-ip", "via"})
"""Headers of proxies: one on this machine makes everybody's requests look as if they came from it."""


def require_this_machine(request: Request) -> None:
    if not is_from_here(request.client.host if request.client else None, request.headers):
        raise Forbidden("only_from_this_machine", "This can only be asked for on the machine that Keypost runs on.")


def is_from_here(peer: str | None, headers: Iterable[str]) -> bool:
    return peer is not None and _is_loopback(peer) and PASSED_ON.isdisjoint(name.lower() for name in headers)


def _is_loopback(peer: str) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:  # The path of a socket.
        return False
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (inner or address).is_loopback
