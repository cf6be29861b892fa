"""Time arrives as an argument, so that a test can hold it."""

import time
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
