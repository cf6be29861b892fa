"""One extension's process: kept running on a listening socket that this server opened, until it is asked to end."""

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import msgspec

from keypost import log
from keypost.extensions.model import Extension

logger = log.get(__name__)

FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
STEADY_S: Final = 10.0
"""A child that lived this long has started well; its next pause begins from the first again."""
GRACE_S: Final = 1.0
"""How long a child may take to answer what it has begun, when it is asked to end."""
STOP_S: Final = 1.0
KEPT: Final = ("PATH", "LANG", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")

PUBLIC_KEY: Final = "KEYPOST_PUBLIC_KEY"
SETTINGS: Final = "KEYPOST_SETTINGS"
LISTEN_FD: Final = "KEYPOST_LISTEN_FD"

SettingsOf = Callable[[Extension], Awaitable[Mapping[str, str | bool]]]
T = TypeVar("T")


class Child:
    """`restarts` counts how often it died and was started again. Its settings are read anew for each of its lives."""

    def __init__(self, extension: Extension, listener: socket.socket, log_file: Path, settings_of: SettingsOf) -> None:
        self.restarts = 0
        self._extension = extension
        self._listener = listener
        self._log_file = log_file
        self._settings_of = settings_of
        self._process: asyncio.subprocess.Process | None = None
        self._ending = asyncio.Event()
        self._begun = asyncio.Event()
        self._died = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        return self._process.pid if self._process is not None else None

    def start(self, *, after: "Child | None" = None) -> None:
        """Runs it from now on; `after` ends first, for two on one socket would take each other's calls."""
        name = f"extension {self._extension.manifest.name}"
        self._task = asyncio.create_task(self._keep_running(after), name=name)

    async def end(self) -> None:
        """Returns when the process has ended. Not by cancelling: a second cancel would cut the ending short."""
        self._ending.set()
        if self._task is not None:
            await asyncio.shield(self._task)

    async def begun(self) -> None:
        """Returns when there is a process, or when there could be none."""
        await self._begun.wait()

    async def unless_it_dies(self, asking: Coroutine[Any, Any, T]) -> T | None:
        """What was asked of it; None as soon as the process has died, which nobody has to wait for."""
        return await _before(asking, self._died)

    async def _keep_running(self, before: "Child | None") -> None:
        if before is not None:
            await before.end()
        pause, clock = FIRST_PAUSE_S, asyncio.get_running_loop().time
        while not self._ending.is_set():
            started = clock()
            code = await self._live()
            self._begun.set()
            if self._ending.is_set():
                return
            self._died.set()
            pause = FIRST_PAUSE_S if clock() - started > STEADY_S else min(pause * 2, LONGEST_PAUSE_S)
            logger.warning("extension ended", extension=self._extension.manifest.name, code=code, again_in_s=pause)
            await _before(asyncio.sleep(pause), self._ending)
            self.restarts += 1

    async def _live(self) -> int | str | None:
        """One life; answers its exit code, or why it could not begin."""
        try:
            settings = await self._settings_of(self._extension)
            if self._ending.is_set():
                return None
            process = await self._begin(settings)
        except OSError as error:  # Its folder has moved, say.
            return f"{os.strerror(error.errno or 0)}: {self._extension.source}"
        except Exception:
            logger.exception("an extension cannot be started", extension=self._extension.manifest.name)
            return "it cannot be started"
        self._process = process
        self._begun.set()
        try:
            await _before(process.wait(), self._ending)
        finally:
            await _end(process)
            self._process = None
        return process.returncode

    async def _begin(self, settings: Mapping[str, str | bool]) -> asyncio.subprocess.Process:
        with self._output() as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "keypost_sdk", "run", self._extension.source),
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output,
                pass_fds=(self._listener.fileno(),),
                env=self._environment(settings),
                cwd=self._extension.source,
                # Ctrl-C in a terminal is for the server; it ends its children itself, in order.
                start_new_session=True,
            )
        logger.info("extension started", extension=self._extension.manifest.name, pid=process.pid)
        return process

    def _environment(self, settings: Mapping[str, str | bool]) -> dict[str, str]:
        """A bare one: nothing of the server's own settings reaches an extension."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        own = {LISTEN_FD: str(self._listener.fileno()), "PYTHONUNBUFFERED": "1"}
        return kept | own | environment(self._extension, settings)

    def _output(self) -> BinaryIO:
        self._log_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._log_file.touch(mode=0o600)
        return self._log_file.open("ab")


def environment(extension: Extension, settings: Mapping[str, str | bool]) -> dict[str, str]:
    """What every program that answers for an extension has to know. Secrets are in it."""
    return {PUBLIC_KEY: extension.public_key, SETTINGS: msgspec.json.encode(settings).decode()}


async def _before(coroutine: Coroutine[Any, Any, T], event: asyncio.Event) -> T | None:
    """What `coroutine` gives; None if `event` comes first."""
    working, waiting = asyncio.ensure_future(coroutine), asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        waiting.cancel()
        await asyncio.gather(working, waiting, return_exceptions=True)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Asks it to end; then closes the pipe that tells it that its parent has gone; then ends it."""
    try:
        if not await _ends(process, process.terminate, GRACE_S) and process.stdin is not None:
            await _ends(process, process.stdin.close, STOP_S)
    finally:
        if process.returncode is None:
            process.kill()
    await process.wait()


async def _ends(process: asyncio.subprocess.Process, ask: Callable[[], None], within_s: float) -> bool:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, TimeoutError):
            ask()
            async with asyncio.timeout(within_s):
                await process.wait()
    return process.returncode is not None
