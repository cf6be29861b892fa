"""Moments in which nobody writes: then what would keep a writer waiting can be done."""

import asyncio
from collections.abc import Callable


class Quiet:
    """For one event loop. `then` is called once nothing has stirred for `after_s`, and again after as long a time while
    it answers that something is left to do.
    """

    def __init__(self, after_s: float, then: Callable[[], asyncio.Future[bool]]) -> None:
        self._after_s = after_s
        self._then = then
        self._stirs = 0
        self._is_waiting = False
        self._is_over = False

    def stir(self) -> None:
        self._stirs += 1
        if not self._is_waiting:
            self._wait()

    def end(self) -> None:
        self._is_over = True

    def _wait(self) -> None:
        # One timer for any number of stirs: they come thousands of times as often as it is quiet.
        self._is_waiting = True
        asyncio.get_running_loop().call_later(self._after_s, self._look, self._stirs)

    def _look(self, stirs: int) -> None:
        self._is_waiting = False
        if self._is_over:
            return
        if self._stirs != stirs:
            self._wait()
            return
        self._then().add_done_callback(self._look_again)

    def _look_again(self, done: asyncio.Future[bool]) -> None:
        if done.result() and not self._is_waiting:
            self._wait()
