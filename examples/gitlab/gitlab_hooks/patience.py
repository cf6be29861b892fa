"""How long a task may go on, with all its threads: what passes is tried again, and GitLab's wish to wait is heeded."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

from gitlab_hooks.trouble import FAILURES, Trouble, read

T = TypeVar("T")

ATTEMPTS: Final = 3
WAIT_S: Final = 0.5
"""Before the second try; it doubles from try to try."""

WAIT_MAX_S: Final = 30.0
REQUEST_S: Final = 8.0
TASK_S: Final = 300.0
"""Less than the ten minutes in which Keypost takes a late answer."""


def wait_before(attempt: int, trouble: Trouble, left_s: float) -> float | None:
    """How many seconds to wait before the try number `attempt` (from 2), or None to give up."""
    wait_s = trouble.wait_s if trouble.wait_s is not None else WAIT_S * 2 ** (attempt - 2)
    if not trouble.passes or attempt > ATTEMPTS or wait_s > min(WAIT_MAX_S, left_s):
        return None
    return wait_s


class Patience:
    """Shared by the threads of one task. `request_s` is for each request; `clock` and `sleep` are in seconds too."""

    def __init__(
        self,
        task_s: float = TASK_S,
        request_s: float = REQUEST_S,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.request_s = request_s
        self._clock = clock
        self._sleep = sleep
        self._ends = clock() + task_s
        self._silent_until = 0.0

    def run(self, step: Callable[[], T]) -> T:
        """The step's value; it may run several times. Raises `Trouble` when the patience ends."""
        attempt = 1
        while True:
            self._keep_silence()
            try:
                return step()
            except FAILURES as error:
                trouble = read(error)
            attempt += 1
            wait_s = wait_before(attempt, trouble, self._ends - self._clock())
            if wait_s is None:
                raise trouble
            if trouble.wait_s is not None:  # All threads are asked to wait, not this one alone.
                self._silent_until = max(self._silent_until, self._clock() + wait_s)
            else:
                self._sleep(wait_s)

    def _keep_silence(self) -> None:
        if self._clock() >= self._ends:
            raise Trouble("GitLab was too slow for the rest")
        if (wait_s := self._silent_until - self._clock()) > 0:
            self._sleep(wait_s)
