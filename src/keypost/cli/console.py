"""What the command prints for people. Text of strangers loses its control characters: a terminal obeys those."""

from rich.console import Console

from keypost.messages.plain import visible

_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)


def say(text: str, *, style: str | None = None) -> None:
    _out.print(visible(text), style=style, markup=False, soft_wrap=True)


def complain(text: str) -> None:
    _err.print(visible(text), style="red", markup=False, soft_wrap=True)
