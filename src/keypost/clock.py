"""Time arrives as an argument, so that a test can hold it."""

import time
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


def iso(moment_ms: int) -> str:
    """A moment as ISO 8601 has it, UTC."""
    return utc(moment_ms).isoformat(timespec="milliseconds")


def utc(moment_ms: int) -> datetime:
    return datetime.fromtimestamp(moment_ms / SECOND_MS, UTC)
