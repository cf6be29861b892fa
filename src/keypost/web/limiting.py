"""What the door asks of limits: to count a call, and to count a credential that was wrong."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from msgspec import Struct

from keypost.caller import Caller
from keypost.errors import TooMany
from keypost.web.routing import Route


class Counted(Struct, frozen=True):
    """`headers` go with the answer, whatever it is; `refusal` is for a call that is one too many."""

    headers: Mapping[str, str] = MappingProxyType({})
    refusal: TooMany | None = None


class Limiting(Protocol):
    def count(self, route: Route, caller: Caller) -> Counted:
        """Counts a call of an admitted caller."""
        ...

    def require_few_failures(self, address: str) -> None:
        """Counts a wrong credential from an address, and refuses one too many."""
        ...
