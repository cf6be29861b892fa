"""`keypost completion`: what a shell needs to complete the command."""

import sys
from typing import Annotated, Literal

from cyclopts import Parameter


def completion(
    shell: Annotated[Literal["bash", "fish", "zsh"], Parameter(help="Which shell you use.")],
    /,
) -> None:
    """Print a script that lets your shell complete commands.

    For bash: eval "$(keypost completion bash)".
    """
    from keypost.cli import app  # noqa: PLC0415 - the command that this one is part of.

    sys.stdout.write(app.generate_completion(prog_name="keypost", shell=shell))
