"""The wire's way to limit: so many calls in a window of time; whoever makes one more is locked out for a while."""

from msgspec import Struct

from keypost.clock import MINUTE_MS


class LockRule(Struct, frozen=True):
    """`calls` in each window, then a lock; a window begins with the first call after the last one, or after a lock."""

    calls: int
    lock_ms: int
    window_ms: int = MINUTE_MS


class Lock:
    """It keeps what is left of window or lock, and when that was: a clock that is set back prolongs neither."""

    __slots__ = ("_at", "_calls", "_is_locked", "_left")

    def __init__(self, now: int) -> None:
        self._at = now
        self._calls = 0
        self._is_locked = False
        self._left = 0

    def take(self, rule: LockRule, now: int) -> int:
        """Counts one call. Answers 0, or after how many milliseconds the lock is over."""
        if self.is_idle(now):
            self._calls, self._is_locked, self._left = 0, False, rule.window_ms
        if not self._is_locked and self._calls < rule.calls:
            self._calls += 1
            return 0
        if not self._is_locked:
            self._is_locked, self._left = True, rule.lock_ms
        return self._left

    def give_back(self) -> None:
        """Takes back a call that was let through just now: what it was for did not come about."""
        self._calls -= 1

    def is_idle(self, now: int) -> bool:
        """Whether window and lock are over."""
        self._left = max(0, self._left - max(0, now - self._at))
        self._at = now
        return self._left == 0
