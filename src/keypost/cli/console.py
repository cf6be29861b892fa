"""What the command prints for people and for programs. Text of strangers loses its control characters: a terminal
obeys those.
"""

import json
import sys
from collections.abc import Sequence
from typing import Annotated, Any, Final, TypeAlias

from cyclopts import Parameter
from rich.cells import cell_len
from rich.console import Console

from keypost.messages.plain import visible

_out = Console(highlight=False, emoji=False)
_err = Console(stderr=True, highlight=False, emoji=False)

GAP: Final = "  "

Json: TypeAlias = Annotated[bool, Parameter(name="--json", help="Print one JSON document and nothing else.")]


def say(text: str, *, style: str | None = None) -> None:
    _out.print(visible(text), style=style, markup=False, soft_wrap=True)


def note(text: str) -> None:
    """How far something is that takes long: not part of what was asked for."""
    _err.print(visible(text), markup=False, soft_wrap=True)


def complain(text: str) -> None:
    _err.print(visible(text), style="red", markup=False, soft_wrap=True)


def say_json(content: Any, *, in_one_line: bool = False) -> None:
    """In ASCII: everything else, and so everything that a terminal obeys, is escaped."""
    sys.stdout.write(json.dumps(content, indent=None if in_one_line else 2) + "\n")
    sys.stdout.flush()


def say_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as what is in them; nothing is cut, so that a program can read them too."""
    lines = [head, *([_cell(text) for text in row] for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for number, line in enumerate(lines):
        cells = [text + " " * (width - cell_len(text)) for text, width in zip(line, widths, strict=True)]
        say(GAP.join(cells).rstrip(), style="bold" if number == 0 else None)


def say_facts(facts: Sequence[tuple[str, str]]) -> None:
    """A thing by its properties, one a line."""
    width = max(cell_len(name) for name, _ in facts)
    for name, value in facts:
        say(f"{name}{' ' * (width - cell_len(name))}{GAP}{_cell(value)}")


def _cell(text: str) -> str:
    return visible(text, keep="") or "-"
