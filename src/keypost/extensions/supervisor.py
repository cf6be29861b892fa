"""Runs local extensions as children of this server, each on a loopback address that this server gives out.

A child inherits a listening socket and a pipe. When this process ends, however it ends, the pipe ends, and so does
the child. A child that dies is started again; what arrives meanwhile waits in the socket.
"""

import asyncio
import os
import socket
import sys
from pathlib import Path
from typing import BinaryIO, Final

from keypost import log
from keypost.errors import Fault
from keypost.extensions.model import Extension
from keypost.ids import ExtensionId

logger = log.get(__name__)

LOOPBACK: Final = "127.0.0.1"
BACKLOG: Final = 64
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
STEADY_S: Final = 10.0
"""A child that lived this long has started well; its next pause begins from the first again."""
STOP_S: Final = 2.0
KEPT: Final = ("PATH", "LANG", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


class Supervisor:
    """Children by extension. `logs` is the folder to which they write what they have to say."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._sockets: dict[ExtensionId, socket.socket] = {}
        self._tasks: dict[ExtensionId, asyncio.Task[None]] = {}

    def start(self, extension: Extension) -> None:
        """Starts it, or starts it anew as it is now; its address stays."""
        if extension.id not in self._sockets:
            self._sockets[extension.id] = socket.create_server((LOOPBACK, 0), backlog=BACKLOG)
        if extension.id in self._tasks:
            self._tasks[extension.id].cancel()
        running = self._keep_running(extension, self._sockets[extension.id])
        self._tasks[extension.id] = asyncio.create_task(running, name=f"extension {extension.manifest.name}")

    def address(self, extension: Extension) -> str:
        """Where to call the extension: `http://127.0.0.1:<port>/`, or its own https address."""
        if not extension.is_local:
            return extension.source
        listener = self._sockets.get(extension.id)
        if listener is None:
            raise Fault(f"The extension {extension.manifest.name} is not running.")
        return f"http://{LOOPBACK}:{listener.getsockname()[1]}/"

    def local_addresses(self) -> frozenset[tuple[str, int]]:
        """The only private addresses that calls may go to."""
        return frozenset((LOOPBACK, listener.getsockname()[1]) for listener in self._sockets.values())

    async def stop(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        for listener in self._sockets.values():
            listener.close()

    async def _keep_running(self, extension: Extension, listener: socket.socket) -> None:
        code: int | str
        pause, clock = FIRST_PAUSE_S, asyncio.get_running_loop().time
        while True:
            started = clock()
            try:
                code = await self._run(extension, listener)
            except OSError as error:  # Its folder has moved, say.
                code = f"{os.strerror(error.errno or 0)}: {extension.source}"
            pause = FIRST_PAUSE_S if clock() - started > STEADY_S else min(pause * 2, LONGEST_PAUSE_S)
            logger.warning("extension ended", extension=extension.manifest.name, code=code, again_in_s=pause)
            await asyncio.sleep(pause)

    async def _run(self, extension: Extension, listener: socket.socket) -> int:
        """One life of a child; answers its exit code."""
        with self._log_file(extension) as output:
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "keypost_sdk", "run", extension.source),
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output,
                pass_fds=(listener.fileno(),),
                env=_environment(extension, listener),
                cwd=extension.source,
                # Ctrl-C in a terminal is for the server; it ends its children itself, in order.
                start_new_session=True,
            )
        logger.info("extension started", extension=extension.manifest.name, pid=child.pid)
        try:
            return await child.wait()
        finally:
            await _end(child)

    def _log_file(self, extension: Extension) -> BinaryIO:
        self._logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._logs / f"{extension.manifest.name}.log"
        path.touch(mode=0o600)
        return path.open("ab")


def _environment(extension: Extension, listener: socket.socket) -> dict[str, str]:
    """A bare one: nothing of the server's own settings reaches an extension."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {
        "KEYPOST_LISTEN_FD": str(listener.fileno()),
        "KEYPOST_PUBLIC_KEY": extension.public_key,
        "PYTHONUNBUFFERED": "1",
    }


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is not None:
        return
    if child.stdin is not None:
        child.stdin.close()
    try:
        async with asyncio.timeout(STOP_S):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()
