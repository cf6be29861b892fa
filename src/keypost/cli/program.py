"""An extension as a child of the command: run the way the server runs its own, but with its words in this terminal."""

import os
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

GRACE_S: Final = 2.0
"""How long it may take to answer what it has begun, when it is asked to end."""
OURS: Final = "KEYPOST_"
"""Names of the environment that begin so are the command's, among them an admin's API token: not the extension's."""


class Program:
    """It inherits a listening socket, in which calls wait while it starts anew, and a pipe, at whose end it ends."""

    def __init__(self, command: Sequence[str], folder: Path, listener: socket.socket) -> None:
        self._command = command
        self._folder = folder
        self._listener = listener
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, environment: Mapping[str, str]) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        own = {"PYTHONUNBUFFERED": "1", "KEYPOST_LISTEN_FD": str(self._listener.fileno())}
        self._child = subprocess.Popen(  # noqa: S603 - what the author asked to run.
            self._command,
            stdin=subprocess.PIPE,
            pass_fds=(self._listener.fileno(),),
            env=kept | own | dict(environment),
            cwd=self._folder,
            # Ctrl-C is for the command; it ends its child itself, in order.
            start_new_session=True,
        )

    def stop(self) -> None:
        if self._child is None:
            return
        child, self._child = self._child, None
        child.terminate()
        try:
            child.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            child.kill()
        child.communicate()

    def take_end(self) -> int | None:
        """The exit code of a child that ended by itself, once; None while it runs."""
        if self._child is None or self._child.poll() is None:
            return None
        child, self._child = self._child, None
        child.communicate()
        return child.returncode
