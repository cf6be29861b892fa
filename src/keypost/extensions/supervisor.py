"""Runs local extensions as children of this server, each on a loopback address that this server gives out.

A child inherits a listening socket and a pipe. When this process ends, however it ends, the pipe ends, and so does
the child. A child that dies is started again; what arrives meanwhile waits in the socket.

While an extension is attached, its calls go to a program that its author runs on this machine, in the child's stead.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from keypost import log
from keypost.errors import Fault
from keypost.extensions.child import Child, SettingsOf
from keypost.extensions.model import Extension
from keypost.ids import ExtensionId

logger = log.get(__name__)

LOOPBACK: Final = "127.0.0.1"
BACKLOG: Final = 64
LOOK_S: Final = 1.0
"""How long a program on this machine may take to accept a connection."""


class State(Struct, frozen=True):
    """`restarts` counts since it was last started on purpose; `attached_port` is where its author runs it."""

    pid: int | None = None
    restarts: int = 0
    attached_port: int | None = None


class Trial(Struct, frozen=True):
    child: Child
    address: str


class Supervisor:
    """Children by extension. `logs` is the folder to which they write what they have to say."""

    def __init__(self, logs: Path, settings_of: SettingsOf) -> None:
        self._logs = logs
        self._settings_of = settings_of
        self._sockets: dict[ExtensionId, socket.socket] = {}
        self._children: dict[ExtensionId, Child] = {}
        self._trials: dict[int, Child] = {}
        self._attached: dict[ExtensionId, int] = {}

    def start(self, extension: Extension) -> Child:
        """Starts it, or starts it anew as it is now; its address stays."""
        if extension.id not in self._sockets:
            self._sockets[extension.id] = _listening()
        child = self._child(extension, self._sockets[extension.id])
        child.start(after=self._children.get(extension.id))
        self._children[extension.id] = child
        return child

    async def stop_one(self, extension: Extension) -> None:
        """Ends it with its address, and gives up a program that stood in for it."""
        self._attached.pop(extension.id, None)
        child = self._children.pop(extension.id, None)
        listener = self._sockets.pop(extension.id, None)
        try:
            if child is not None:
                await child.end()
        finally:
            if listener is not None:
                listener.close()

    @contextlib.asynccontextmanager
    async def trial(self, extension: Extension) -> AsyncIterator[Trial]:
        """A second child on an address of its own, beside the one that serves: to be asked, and ended."""
        with _listening() as listener:
            child = self._child(extension, listener)
            self._trials[_port(listener)] = child
            child.start()
            try:
                yield Trial(child, _url(_port(listener)))
            finally:
                await child.end()
                del self._trials[_port(listener)]

    def attach(self, extension: Extension, port: int) -> None:
        self._attached[extension.id] = port
        logger.info("extension attached", extension=extension.manifest.name, port=port)

    def detach(self, extension: Extension) -> None:
        if self._attached.pop(extension.id, None) is not None:
            logger.info("extension detached", extension=extension.manifest.name)

    def state(self, extension: Extension) -> State:
        child, port = self._children.get(extension.id), self._attached.get(extension.id)
        if child is None:
            return State(attached_port=port)
        return State(child.pid, child.restarts, port)

    def address(self, extension: Extension) -> str:
        """Where to call the extension: `http://127.0.0.1:<port>/`, or its own https address."""
        if extension.id in self._attached:
            return _url(self._attached[extension.id])
        if not extension.is_local:
            return extension.source
        listener = self._sockets.get(extension.id)
        if listener is None:
            raise Fault(f"The extension {extension.manifest.name} is not running.")
        return _url(_port(listener))

    async def reach(self, extension: Extension) -> str:
        """Its address for a call that leaves now. An author's program that has gone without a word is given up here: no
        call shall be lost to it.
        """
        port = self._attached.get(extension.id)
        if port is not None and not await _is_listening(port) and self._attached.get(extension.id) == port:
            self.detach(extension)
        return self.address(extension)

    def local_addresses(self) -> frozenset[tuple[str, int]]:
        """The only private addresses that calls may go to."""
        given = {_port(listener) for listener in self._sockets.values()}
        return frozenset((LOOPBACK, port) for port in {*given, *self._trials, *self._attached.values()})

    def log_file(self, extension: Extension) -> Path:
        """Two organisations can have extensions of the same name."""
        return self._logs / str(extension.org_id) / f"{extension.manifest.name}.log"

    async def stop(self) -> None:
        await asyncio.gather(*(child.end() for child in [*self._children.values(), *self._trials.values()]))
        for listener in self._sockets.values():
            listener.close()

    def _child(self, extension: Extension, listener: socket.socket) -> Child:
        return Child(extension, listener, self.log_file(extension), self._settings_of)


def _listening() -> socket.socket:
    return socket.create_server((LOOPBACK, 0), backlog=BACKLOG)


def _port(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


def _url(port: int) -> str:
    return f"http://{LOOPBACK}:{port}/"


async def _is_listening(port: int) -> bool:
    try:
        async with asyncio.timeout(LOOK_S):
            _, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:  # TimeoutError is one.
        return False
    writer.close()
    return True
