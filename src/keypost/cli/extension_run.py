"""`keypost extension run`: an extension in its author's own terminal, called by the server instead of its own child."""

import shutil
import signal
import socket
import sys
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from keypost.cli.attachment import Attachment
from keypost.cli.client import Client, Refused, connected
from keypost.cli.console import complain, say
from keypost.cli.extension import Extension, add_folder
from keypost.cli.paths import NamedPath
from keypost.cli.program import Program
from keypost.cli.watched_folder import WatchedFolder
from keypost.errors import Fault, Invalid
from keypost.extensions.manifest_file import FILE_NAME

LOOPBACK: Final = "127.0.0.1"
LOOKED_EVERY_S: Final = 1.0
ASKED_EVERY: Final = 5
"""Looks between two questions whether the server still knows of the attachment."""


def run(
    folder: Annotated[NamedPath, Parameter(help="The folder with extension.py and extension.toml.")],
    /,
    *,
    zcatalyst: Annotated[bool, Parameter(help="Its handlers are written with the vendor's zcatalyst-cliq.")] = False,
    python: Annotated[str, Parameter(help="The Python to run it with; keypost-sdk must be installed there.")] = "",
) -> None:
    """Run an extension in this terminal, until Ctrl-C.

    It is added to the server if it is not there yet, and its calls come here. When one of its files changes it starts
    anew. Afterwards its calls go to the server's own child again.
    """
    folder = folder.resolve()
    command = [_found(python), "-m", "keypost_sdk", "run", str(folder), *(["--zcatalyst"] if zcatalyst else [])]
    client = connected()
    extension = add_folder(client, folder).read(Extension)
    for number in (signal.SIGTERM, signal.SIGHUP):  # A closed window gives the extension back too.
        signal.signal(number, signal.default_int_handler)
    with socket.create_server((LOOPBACK, 0)) as listener:
        attachment = Attachment(client, extension.name, listener.getsockname()[1])
        run_here = _RunHere(client, folder, attachment, Program(command, folder, listener))
        run_here.until_interrupted(extension.title)


class _RunHere:
    def __init__(self, client: Client, folder: Path, attachment: Attachment, program: Program) -> None:
        self._client = client
        self._folder = folder
        self._attachment = attachment
        self._program = program
        self._environment: dict[str, str] = {}

    def until_interrupted(self, title: str) -> None:
        self._environment = self._attachment.take()
        watched = WatchedFolder(self._folder)  # Before it reads its files: what changes from then on is a change.
        try:
            self._program.start(self._environment)
            say(f"{title} runs here. Ctrl-C gives it back to the server.")
            with suppress(KeyboardInterrupt):
                self._look_after(watched)
        finally:
            self._program.stop()
            self._attachment.give_back()
        say(f"{title} is given back to the server.")

    def _look_after(self, watched: WatchedFolder) -> None:
        for look in count(1):
            time.sleep(LOOKED_EVERY_S)
            if changed := watched.changes():
                say(f"{', '.join(map(str, changed))} changed.")
                self._begin_again(manifest_changed=Path(FILE_NAME) in changed)
            elif (code := self._program.take_end()) is not None:
                complain(f"It ended with {code}, as said above. It starts again when you change a file.")
            elif look % ASKED_EVERY == 0:
                self._keep()

    def _begin_again(self, *, manifest_changed: bool) -> None:
        try:
            if manifest_changed:
                add_folder(self._client, self._folder)
            self._environment = self._attachment.take()  # Somebody may have set its settings meanwhile.
        except (Refused, Invalid, Fault) as trouble:  # The author is in the middle of it, or the server is away.
            complain(str(trouble))
        self._program.stop()
        self._program.start(self._environment)

    def _keep(self) -> None:
        with suppress(Fault):  # The server is away, and may come back.
            if not self._attachment.is_kept():
                self._environment = self._attachment.take()
                say("The server was started anew. Its calls come here again.")


def _found(python: str) -> str:
    """A whole path: the program begins in another folder. Links are not followed: an environment's Python is one."""
    found = shutil.which(python) if python else sys.executable
    if found is None:
        raise Invalid("invalid_inputs", f"--python is {python}, which cannot be run.")
    return str(Path(found).absolute())
