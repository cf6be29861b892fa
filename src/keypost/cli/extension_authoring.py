"""`keypost extension check` and `new`: for authors; neither needs a server."""

import sys
from pathlib import Path
from typing import Annotated, Final

import msgspec
from cyclopts import Parameter

from keypost.cli.console import Json, complain, say, say_json
from keypost.cli.paths import NamedPath
from keypost.cli.project.making import make
from keypost.errors import Invalid
from keypost.pasted import checking
from keypost.pasted.checking import Checked

STDIN: Final = Path("-")
WRONG: Final = 2


def check(
    file: Annotated[
        NamedPath,
        Parameter(allow_leading_hyphen=True, help="A manifest, or a message or button as pasted; - is stdin."),
    ],
    /,
    *,
    as_json: Json = False,
) -> None:
    """Name everything that is wrong with a manifest, a message or a button.

    JSON may have comments, or stand in a script as vendor pages print it. Hints are not errors: with nothing but hints
    the command ends with 0.
    """
    checked = checking.check(_read(file), file.name)
    if as_json:
        say_json({"is_fine": checked.is_fine, **msgspec.to_builtins(checked)})
    else:
        _say(checked, "stdin" if file == STDIN else str(file))
    if not checked.is_fine:
        sys.exit(WRONG)


def new(
    name: Annotated[
        str, Parameter(help="The extension's name: 2 to 30 letters a to z. A folder of that name is made.")
    ],
    /,
    *,
    developer: Annotated[str, Parameter(help="Who writes it, for its manifest.")] = "You",
    email: Annotated[str, Parameter(help="Where to reach them.")] = "you@keypost.example",
    as_json: Json = False,
) -> None:
    """Make a small project to begin with: a manifest, the code, and tests that pass."""
    folder = Path(name)
    made = make(folder, name, developer=developer, email=email)
    if as_json:
        return say_json({"folder": str(folder), "files": [str(path) for path in made]})
    for path in made:
        say(str(path))
    return say(f"Try it: cd {folder} && python -m unittest")


def _read(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == STDIN else file.read_bytes()
    except OSError as error:
        raise Invalid("invalid_inputs", f"{file} cannot be read: {error.strerror}") from error


def _say(checked: Checked, shown: str) -> None:
    if checked.taken_for:
        say(f"{shown} is {checked.taken_for}{' and is fine.' if checked.is_fine else '.'}")
    for line in checking.lines_of(checked, shown):
        complain(line)
