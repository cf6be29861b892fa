"""Many buckets or locks, by whom they are for. Those that have nothing to say any more are forgotten."""

from collections.abc import Hashable
from itertools import islice
from typing import Final, Generic, Protocol, TypeVar

ROOM: Final = 1_024
"""So many are kept without a look at which are idle."""
METERS_MAX: Final = 65_536
"""Never more. If half as many are at work at once it is an attack: then the older ones are forgotten, half of them."""


class Meter(Protocol):
    def is_idle(self, now: int) -> bool:
        """Whether a new one would say the same."""
        ...


K = TypeVar("K", bound=Hashable)
M = TypeVar("M", bound=Meter)


class Meters(Generic[K, M]):
    def __init__(self) -> None:
        self._meters: dict[K, M] = {}
        self._room = ROOM

    def __len__(self) -> int:
        return len(self._meters)

    def find(self, key: K) -> M | None:
        return self._meters.get(key)

    def add(self, key: K, meter: M, now: int) -> M:
        if len(self._meters) >= self._room:
            self._make_room(now)
        self._meters[key] = meter
        return meter

    def _make_room(self, now: int) -> None:
        """Looks through all of them only when they have doubled since the last time: in the mean that costs nothing."""
        self._meters = {key: meter for key, meter in self._meters.items() if not meter.is_idle(now)}
        if len(self._meters) > METERS_MAX // 2:
            self._meters = dict(islice(self._meters.items(), len(self._meters) // 2, None))
        self._room = min(METERS_MAX, max(ROOM, 2 * len(self._meters)))
