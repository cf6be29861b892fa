"""How fast a token may post: a bucket that refills evenly."""

from typing import Final

from keypost.clock import MINUTE_MS

BURST_SHARE: Final = 3
"""A third of a minute's budget may come at once."""


class Bucket:
    """Generic cell rate: remembers only when the bucket will be full again, in milliseconds."""

    __slots__ = ("_full_at", "_interval", "_span")

    def __init__(self, per_minute: int) -> None:
        self._interval = MINUTE_MS / per_minute
        self._span = self._interval * max(1, per_minute // BURST_SHARE)
        self._full_at = 0.0

    def take(self, now: int) -> float:
        """Takes one post; answers 0, or after how many milliseconds to try again (then nothing was taken)."""
        full_at = max(self._full_at, now) + self._interval
        wait = full_at - self._span - now
        if wait > 0:
            return wait
        self._full_at = full_at
        return 0.0
