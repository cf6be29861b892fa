"""Paths on a command line. An empty one is a mistake, mostly a variable that is not set: it would be the folder in
which one stands.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from cyclopts import Parameter, Token

from keypost.errors import Invalid


def path(text: str, name: str) -> Path:
    if not text:
        raise Invalid("invalid_inputs", f"{name} is empty. To mean this folder, write a dot.")
    return Path(text)


def _converted(_kind: Any, tokens: Sequence[Token]) -> Path:
    (token,) = tokens
    return path(token.value, token.keyword or "The path")


NamedPath: TypeAlias = Annotated[Path, Parameter(converter=_converted)]
