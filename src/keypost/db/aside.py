"""How the event loop makes way for the thread that writes.

Both need the interpreter, and one that holds it gives it up at each of SQLite's calls and takes it again: two that want
it at once wake each other in vain, dozens of times in a transaction. So the loop waits while a transaction is put
together, and works while it is committed, which is the disk's time.
"""

import threading
from typing import Final

ASIDE_MAX_S: Final = 0.005
"""As long as the interpreter by itself lets one thread keep another waiting; a transaction takes a fraction of it."""


class Aside:
    """For one transaction."""

    __slots__ = ("_is_over",)

    def __init__(self) -> None:
        self._is_over = threading.Lock()
        self._is_over.acquire()

    def step(self) -> None:
        """In the event loop: returns when the transaction needs the interpreter no more, or has kept it for long."""
        self._is_over.acquire(timeout=ASIDE_MAX_S)

    def end(self) -> None:
        """In the thread that writes, once or more often."""
        if self._is_over.locked():
            self._is_over.release()
