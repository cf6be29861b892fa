"""Time arrives as an argument, so that a test can hold it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Protocol

SECOND_MS: Final = 1_000
MINUTE_MS: Final = 60 * SECOND_MS
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS


class Clock(Protocol):
    def now_ms(self) -> int:
        """Milliseconds since 1970, UTC."""
        ...


class WallClock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000


class UnhurriedClock:
    """For whoever throws away what is old: it goes no faster than twice the time that has really passed since it was
    made. A clock that is set to another year makes nothing old; one that was late catches up.
    """

    def __init__(self, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`monotonic` counts seconds, whatever happens to the clock."""
        self._clock = clock
        self._monotonic = monotonic
        self._at = clock.now_ms()
        self._then = monotonic()

    def now_ms(self) -> int:
        then, self._then = self._then, self._monotonic()
        passed = round((self._then - then) * SECOND_MS)
        self._at = min(self._clock.now_ms(), self._at + 2 * passed)
        return self._at


def iso(moment_ms: int) -> str:
    """A moment as ISO 8601 has it, UTC."""
    return utc(moment_ms).isoformat(timespec="milliseconds")


def utc(moment_ms: int) -> datetime:
    return datetime.fromtimestamp(moment_ms / SECOND_MS, UTC)
