"""Which tokens are being registered right now, so that one that ends meanwhile is not registered any further."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class UnderWay:
    """For all threads of the process: registering may take minutes, and a person revokes when they like."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ends: dict[str, list[threading.Event]] = {}

    @contextmanager
    def registering(self, token_id: str) -> Iterator[threading.Event]:
        """The event is set as soon as the token is `over`."""
        end = threading.Event()
        with self._lock:
            self._ends.setdefault(token_id, []).append(end)
        try:
            yield end
        finally:
            with self._lock:
                self._ends[token_id].remove(end)
                if not self._ends[token_id]:
                    del self._ends[token_id]

    def over(self, token_ids: Iterable[str]) -> None:
        with self._lock:
            for token_id in token_ids:
                for end in self._ends.get(token_id, ()):
                    end.set()
