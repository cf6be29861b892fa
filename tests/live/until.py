import time
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

PATIENCE_S: Final = 60.0
"""Bounds every wait for what has to come: so long that a busy machine is no reason to miss it."""
LOOK_EVERY_S: Final = 0.02


def until(condition: Callable[[], T | None], what: str, *, within_s: float = PATIENCE_S) -> T:
    """The first answer of `condition` that is true.

    Another process cannot be awaited, only looked at. This is the one place that waits by the clock, and it gives up.
    """
    end = time.monotonic() + within_s
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"within {within_s} s: {what}")
        time.sleep(LOOK_EVERY_S)
