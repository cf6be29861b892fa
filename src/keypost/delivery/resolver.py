"""Names are resolved once, judged, and connected to as judged: no second answer of the DNS can come in between."""

import socket
from ipaddress import ip_address

from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult

from keypost.delivery.targets import is_public, judge_addresses


class ForbiddenAddressError(OSError):
    """An OSError because aiohttp and asyncio take no other from a resolver or a connection."""

    def __init__(self) -> None:
        # One and the same text, without the address: asyncio merges errors of several attempts when texts differ.
        super().__init__("a forbidden address")


class CheckedResolver(AbstractResolver):
    """Passes on what `inner` resolves if all of it is public, and refuses all of it otherwise."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        results = await self._inner.resolve(host, port, family)
        if judge_addresses(result["host"] for result in results) is not None:
            raise ForbiddenAddressError
        return results

    async def close(self) -> None:
        await self._inner.close()


def public_socket(info: AddrInfoType) -> socket.socket:
    """The last gate: sees the very address that is about to be connected to, however it was come by."""
    family, kind, protocol, _, peer = info
    if not is_public(ip_address(peer[0])):
        raise ForbiddenAddressError
    return socket.socket(family, kind, protocol)


def loopback_socket(info: AddrInfoType) -> socket.socket:
    """The same gate for the server's own extensions, which live nowhere but on loopback."""
    family, kind, protocol, _, peer = info
    if not ip_address(peer[0]).is_loopback:
        raise ForbiddenAddressError
    return socket.socket(family, kind, protocol)
