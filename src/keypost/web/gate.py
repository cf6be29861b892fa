"""Who may connect: what one connection, and one address, may ask of the server."""

from collections import Counter
from typing import Final

from msgspec import Struct

from keypost.proxies import Proxies
from keypost.web.client import network_of
from keypost.web.headers import lines_of

HEAD_S: Final = 10
HEAD_MAX: Final = 16 * 1024
FIELDS_MAX: Final = 100
TARGET_MAX: Final = 8 * 1024
LEFTOVER_S: Final = 5.0
"""How long what comes behind the last answer may take, such as the rest of a body: nobody reads it, and it is to hold
nothing.
"""
TURNED_AWAY_S: Final = 10
"""When a client that was turned away for its many connections may try again."""
CONNECTIONS_MAX: Final = 100
"""Of one address, at once; of the newer kind, of all that one customer of a provider chooses from."""


class Bounds(Struct, frozen=True, kw_only=True):
    """What one connection, and one address, may ask of the server. Times in seconds, sizes in bytes."""

    head_s: float = HEAD_S
    head_max: int = HEAD_MAX
    fields_max: int = FIELDS_MAX
    target_max: int = TARGET_MAX
    leftover_s: float = LEFTOVER_S
    connections_per_address: int = CONNECTIONS_MAX


USUAL: Final = Bounds()
NO_PROXIES: Final = Proxies()


class Gate:
    """Counts the connections of each address; one for all of a server. Proxies speak for many, and are not counted."""

    def __init__(self, bounds: Bounds = USUAL, proxies: Proxies = NO_PROXIES) -> None:
        self.bounds = bounds
        self.proxies = proxies
        self._open: Counter[str] = Counter()
        self._usual: list[tuple[bytes, bytes]] = []
        self._written = b""

    def written(self, usual: list[tuple[bytes, bytes]]) -> bytes:
        """The fields that uvicorn gives every answer; it makes a new list of them when they change."""
        if usual is not self._usual:
            self._usual, self._written = usual, lines_of(usual)
        return self._written

    def enter(self, address: str) -> bool:
        """Whether one more connection may come from there; it is counted either way, until it leaves."""
        if self.proxies.trusts(address):
            return True
        network = network_of(address)
        self._open[network] += 1
        return self._open[network] <= self.bounds.connections_per_address

    def leave(self, address: str) -> None:
        if self.proxies.trusts(address):
            return
        network = network_of(address)
        self._open[network] -= 1
        if not self._open[network]:
            del self._open[network]  # Or the addresses of a year would stay.
