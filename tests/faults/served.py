"""The server as a process of its own, which is killed, told to stop, and started again within a moment.

It is forked from a process that has read all modules already: what a start takes is the server's own.
"""

import asyncio
import multiprocessing
import socket
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

from tests.faults import child
from tests.faults.set_clock import SetClock
from tests.live.until import PATIENCE_S

from keypost.settings import Settings

FORKING: Final = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload([child.__name__])
ENDED: Final = "the server ended before it could say why"


class Served:
    """`is_up` says that it answers; who is cut off waits for that. `clock` is the server's, and outlives it. `onlooker`
    is told of its process before that does anything.
    """

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.is_up = asyncio.Event()
        self._clock_file = folder / "clock"
        self.clock = SetClock(self._clock_file)
        self.onlooker: Callable[[int], None] | None = None
        self._process: ForkServerProcess | None = None
        self._life: Connection | None = None

    @property
    def base(self) -> str:
        return self.settings.address

    async def start(self) -> None:
        trouble = await self.try_to_start()
        assert not trouble, trouble

    async def try_to_start(self) -> str:
        """Empty once it answers; else why it did not start."""
        trouble = await asyncio.to_thread(self._start)
        if not trouble:
            self.is_up.set()
        return trouble

    async def kill(self) -> None:
        """As the kernel does when memory is short: nothing of ours runs any more."""
        self.is_up.clear()
        process = self._running
        process.kill()
        await asyncio.to_thread(process.join, PATIENCE_S)
        self._forget()

    async def terminate(self) -> int | None:
        """Tells it to stop, as an operator does; answers how it ended."""
        process = self._running
        process.terminate()
        await asyncio.to_thread(process.join, PATIENCE_S)
        self.is_up.clear()
        code = process.exitcode
        self._forget()
        return code

    async def until_ended(self) -> bool:
        """Whether it ended by itself, as it was made to."""
        await asyncio.to_thread(self._running.join, PATIENCE_S)
        if self._running.exitcode is None:
            return False
        self.is_up.clear()
        self._forget()
        return True

    async def end(self) -> None:
        """At the end of a test, whatever has become of it."""
        if self._process is not None:
            await self.kill()

    @property
    def pid(self) -> int:
        assert self._running.pid is not None
        return self._running.pid

    @property
    def _running(self) -> ForkServerProcess:
        assert self._process is not None, "the server does not run"
        return self._process

    def _start(self) -> str:
        assert self._process is None, "the server runs"
        self._life, theirs = FORKING.Pipe()
        self._process = FORKING.Process(target=child.main, args=(self.settings, self._clock_file, theirs), daemon=True)
        self._process.start()
        theirs.close()
        if self.onlooker is not None:
            self.onlooker(self.pid)
        self._life.send("")
        assert self._life.poll(PATIENCE_S), "the server says nothing"
        try:
            trouble = str(self._life.recv())
        except (EOFError, ConnectionResetError):
            trouble = ENDED
        if trouble:
            self._process.join(PATIENCE_S)
            self._forget()
        return trouble

    def _forget(self) -> None:
        if self._process is not None:
            self._process.close()
        if self._life is not None:
            self._life.close()
        self._process = self._life = None


def reserved() -> socket.socket:
    """A port that nobody else gets while the server is down, neither to listen on nor for a connection that leaves."""
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    held.bind(("127.0.0.1", 0))
    return held
