"""Where a request comes from."""

from ipaddress import IPv6Address, ip_address
from typing import Final

from starlette.requests import Request

IPV6_PREFIX: Final = 64
"""What one customer of a provider has: within it an address is free to choose."""


def address_of(request: Request) -> str:
    """Of the client, or of whom a trusted proxy names; empty if unknown."""
    return request.client.host if request.client else ""


def network_of(address: str) -> str:
    """What counts as one address."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(int(found) >> (found.max_prefixlen - IPV6_PREFIX))
