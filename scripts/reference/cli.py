"""Every command of `keypost`, as its own help has it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from scripts.reference.text import MADE

from keypost.cli import app

HEAD: Final = """# Commands

{made}
"""


def page() -> str:
    with _started_as_keypost():
        made = app.generate_docs(output_format="markdown", recursive=True)
    return HEAD.format(made=MADE) + "\n".join(line.rstrip() for line in made.splitlines()[1:]).strip() + "\n"


@contextmanager
def _started_as_keypost() -> Iterator[None]:
    """The usage of a command has the name of the running program in it, which is another one here."""
    started = sys.argv
    sys.argv = ["keypost"]
    try:
        yield
    finally:
        sys.argv = started
