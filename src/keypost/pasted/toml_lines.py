"""On which line of a TOML file something stands: the standard library's reader does not say."""

import re
from typing import Final

from keypost.messages.wording import step

_HEADER: Final = re.compile(r"^\s*(?P<list>\[?)\[\s*(?P<names>[^\[\]\"']+?)\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(r"^\s*(?P<names>[A-Za-z0-9_-]+(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*=")


def lines(text: str) -> dict[str, int]:
    """The line, from 1, of each path with a line of its own: tables and their entries, not what is inside a value."""
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _table(_names(header["names"]), counts, is_list=bool(header["list"]))
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            path = table
            for name in _names(key["names"]):
                path = step(path, name)
            found.setdefault(path, number)
    return found


def _table(names: list[str], counts: dict[str, int], *, is_list: bool) -> str:
    """The path of a table: an entry of a list is the newest one of that list."""
    path = ""
    for index, name in enumerate(names):
        path = step(path, name)
        if is_list and index == len(names) - 1:
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = step(path, counts[path] - 1)
    return path


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(".")]
