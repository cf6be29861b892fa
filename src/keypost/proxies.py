"""Who a request comes from where proxies stand in front: said by them, and believed of those alone that are trusted."""

import ipaddress
from collections.abc import Iterable
from typing import TypeAlias

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


class Proxies:
    """`networks` are addresses or CIDR blocks. ValueError for what is neither."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks: tuple[Network, ...] = tuple(map(ipaddress.ip_network, networks))

    def trusts(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)

    def client_of(self, peer: str, forwarded: Iterable[str]) -> str:
        """The client's address: `peer`, or what the proxies said of it in their `X-Forwarded-For` headers.

        Each proxy adds at the end whom it spoke with. So from the end on, the first that is no proxy of ours is the
        client; whatever stands before it, the client may have made up.
        """
        hops = [hop.strip() for header in forwarded for hop in header.split(",")]
        client = peer
        while hops and self.trusts(client):
            client = hops.pop()
        return client
