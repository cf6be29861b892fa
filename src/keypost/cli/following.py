"""Which messages of a chat are new since the last look: each is told once, in order, however many came at once."""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

Entry: TypeAlias = dict[str, Any]
"""A message as the wire has it; `id` is `<ms>_<counter>`, `time` the same milliseconds."""
Fetch: TypeAlias = Callable[[int, int | None], list[Entry]]
"""The newest messages of a span of milliseconds (both ends included), oldest first, but no more than fit a page."""


class Following:
    def __init__(self, told: Iterable[Entry]) -> None:
        self._since = 0
        self._told: set[str] = set()
        self._note(told)

    def news(self, fetch: Fetch) -> list[Entry]:
        found: dict[str, Entry] = {}
        until = None
        while page := self._unknown(fetch(self._since, until), found):
            found |= {entry["id"]: entry for entry in page}
            until = page[0]["time"]  # A full page can have left out what came before it.
        news = sorted(found.values(), key=_order)
        self._note(news)
        return news

    def _unknown(self, page: Iterable[Entry], found: Iterable[str]) -> list[Entry]:
        return [entry for entry in page if entry["id"] not in self._told and entry["id"] not in found]

    def _note(self, told: Iterable[Entry]) -> None:
        """Only the ids of the newest millisecond are kept: what is older is not asked for again."""
        for entry in told:
            if entry["time"] > self._since:
                self._since, self._told = entry["time"], set()
            self._told.add(entry["id"])


def _order(entry: Entry) -> tuple[int, int]:
    milliseconds, _, counter = entry["id"].partition("_")
    return int(milliseconds), int(counter)
