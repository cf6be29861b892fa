"""A bucket with a hole: each call fills it by one, and it empties evenly. A call that would make it run over waits."""

from functools import lru_cache
from typing import Final

from msgspec import Struct

from keypost.clock import MINUTE_MS

BURST_SHARE: Final = 3
"""A third of a minute's calls may come at once."""
CALL: Final = MINUTE_MS
"""What a call fills in: in this measure a millisecond empties `per_minute`, and everything is a whole number."""


class Rate(Struct, frozen=True):
    """`per_minute` calls in the long run, `burst` of them at once; both at least 1."""

    per_minute: int
    burst: int

    @property
    def size(self) -> int:
        return self.burst * CALL


@lru_cache
def rate_of(per_minute: int) -> Rate:
    return Rate(per_minute, max(1, per_minute // BURST_SHARE))


class Bucket:
    """It keeps how full it was and when that was, and so the time that has passed since. A clock that is set back lets
    none pass: nobody waits longer for it. The rate comes with each call, and may be another one each time.
    """

    __slots__ = ("_at", "_full", "_rate", "_size")

    def __init__(self, rate: Rate, now: int) -> None:
        self._rate = rate
        self._size = rate.size
        self._full = 0
        self._at = now

    def take(self, rate: Rate, now: int) -> int:
        """Takes one call. Answers 0, or after how many milliseconds to try again (then nothing was taken)."""
        self._empty(now)
        if rate is not self._rate:
            self._change(rate)
        over = self._full + CALL - self._size
        if over > 0:
            return -(-over // rate.per_minute)
        self._full += CALL
        return 0

    def give_back(self) -> None:
        """Takes back the last call: what it was for did not come about."""
        self._full = max(0, self._full - CALL)

    @property
    def per_minute(self) -> int:
        return self._rate.per_minute

    @property
    def left(self) -> int:
        """Calls that could be taken at once, as of the last one."""
        return (self._size - self._full) // CALL

    @property
    def empty_in_ms(self) -> int:
        """After which time a whole burst can come again, as of the last call."""
        return -(-self._full // self._rate.per_minute)

    def is_idle(self, now: int) -> bool:
        self._empty(now)
        return self._full == 0

    def _change(self, rate: Rate) -> None:
        """In a smaller bucket, what does not fit any more is given up."""
        self._rate, self._size = rate, rate.size
        self._full = min(self._full, self._size)

    def _empty(self, now: int) -> None:
        full = self._full
        if full and now > self._at:
            full -= (now - self._at) * self._rate.per_minute
            self._full = max(full, 0)
        self._at = now
