"""The command `keypost`. It ends with 0, with 2 if it was refused or used wrongly, and with 1 if something failed."""

import errno
import os
import sys
from typing import Final

from cyclopts import App, CycloptsError, Parameter

from keypost import __doc__ as about
from keypost.cli import misuse
from keypost.cli.client import Refused
from keypost.cli.connection import DEMO, TOKEN, URL
from keypost.cli.console import complain
from keypost.errors import Fault, Refusal

REFUSED: Final = 2
FAILED: Final = 1
INTERRUPTED: Final = 130
OF_THE_MACHINE: Final = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EISDIR, errno.ENOTDIR, errno.EIO}
)
"""What a disk or its rights say: an operator mends that, and needs no traceback of ours."""
ABOUT_SERVERS: Final = (
    f"Which server: {URL} is its address, {TOKEN} a person's API token. "
    f"If neither is set, it is the demo in the folder that {DEMO} names, or in keypost-demo. "
    f"Exit codes: 0, {REFUSED} refused or used wrongly, {FAILED} something failed."
)


def _worth_saying(default: object) -> str | None:
    return str(default) if default else None


app = App(
    name="keypost",
    help=about,
    help_epilogue=ABOUT_SERVERS,
    default_parameter=Parameter(negative=(), show_default=_worth_saying),
)
# By name: only the module of the command that is run is loaded, so that a command begins in a quarter of a second.
app.command("keypost.cli.demo:demo", name="demo")
app.command("keypost.cli.sample:sample", name="sample")
app.command("keypost.cli.post:post", name="post")
app.command("keypost.cli.read:read", name="read")
app.command("keypost.cli.channel:app", name="channel")
app.command("keypost.cli.person:app", name="person")
app.command("keypost.cli.token:app", name="token")
app.command("keypost.cli.organisation:app", name="organisation")
app.command("keypost.cli.extension:app", name="extension")
app.command("keypost.cli.bench.command:bench", name="bench")
app.command("keypost.cli.completion:completion", name="completion")


def load() -> None:
    """The modules of what the command line asks for."""
    _, (*_, asked), _ = app.parse_commands([word for word in sys.argv[1:] if word not in app.help_flags])
    asked.resolved_commands()  # The help of a group says what each of its commands says of itself.


def main() -> None:
    try:
        app(exit_on_error=False, print_error=False)
    except Refusal as refusal:
        _end(REFUSED, refusal.sentence)
    except Refused as refused:
        _end(REFUSED, f"{refused.sentence} ({refused.code})")
    except CycloptsError as error:
        command = " ".join(("keypost", *(error.command_chain or ())))
        _end(REFUSED, f"{misuse.said(error)}\nSee: {command} --help")
    except Fault as fault:
        _end(FAILED, str(fault))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # Whoever read our output has enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except OSError as error:
        if error.errno not in OF_THE_MACHINE:
            raise
        _end(FAILED, _said(error))


def _said(error: OSError) -> str:
    reason = os.strerror(error.errno or 0)
    return f"{error.filename} cannot be used: {reason}." if error.filename else f"{reason}."


def _end(code: int, sentence: str) -> None:
    complain(sentence)
    sys.exit(code)
