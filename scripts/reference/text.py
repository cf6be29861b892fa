"""Markdown: tables and cells."""

from collections.abc import Iterable, Sequence
from typing import Final

MADE: Final = "<!-- Made by `make docs` from the code. Change that, not this page. -->\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(cell, line))} |".replace("|  |", "| |") for line in lines) + "\n"


def cell(text: str) -> str:
    """A text in one line, that does not end its cell."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    return f"`{text}`" if text else ""
