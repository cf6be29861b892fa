"""When to call again after a failure."""

from datetime import timedelta
from typing import Final

SCHEDULE: Final = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
)
"""Short enough that an event is still news when it arrives, long enough for a night without anybody at the machine."""

ASKED_MAX: Final = timedelta(hours=24)
"""A receiver may ask for patience, but not for a call that never comes."""


def rest_of(due_at: int, now: int) -> timedelta:
    """What is left, after a start, of a wait until `due_at` (milliseconds). Never more than any wait is: if the clock
    was set back meanwhile, that could be years.
    """
    return min(max(timedelta(0), timedelta(milliseconds=due_at - now)), ASKED_MAX)


def wait_before(attempt: int, *, jitter: float, asked: timedelta = timedelta(0)) -> timedelta | None:
    """How long to wait before retry `attempt` (from 1), or None to give up.

    `jitter` is in [-1, 1] and moves the wait by at most a fifth; `asked` is the receiver's Retry-After.
    """
    if attempt < 1:
        raise ValueError("retries are counted from 1")
    if attempt > len(SCHEDULE):
        return None
    return max(SCHEDULE[attempt - 1] * (1 + jitter / 5), min(asked, ASKED_MAX))
