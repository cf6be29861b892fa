"""The command as people run it: a process of its own, which knows the server's address and a person's API token."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.live.until import PATIENCE_S
from tests.people import Visitor
from tests.world import World

from keypost.caller import Scope

COMMAND: Final = str(Path(sys.executable).with_name("keypost"))


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


class Terminal:
    """`secret` is never in an argument, nor in what the command prints. `command` is how the program is started."""

    def __init__(
        self, folder: Path, environ: Mapping[str, str], secret: str = "", *, command: Sequence[str] = (COMMAND,)
    ) -> None:
        self.folder = folder
        self.secret = secret
        self._command = command
        self._environ = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "UTC", **environ}

    async def run(self, *arguments: str, stdin: str | bytes | None = None) -> Ended:
        """What it prints, and how it ends; it must end by itself."""
        given = stdin.encode() if isinstance(stdin, str) else stdin
        process = await self._start(arguments, stdin=PIPE if given is not None else DEVNULL)
        try:
            async with asyncio.timeout(PATIENCE_S):
                out, err = await process.communicate(given)
        finally:
            _end(process)
        return Ended(process.returncode or 0, self._clean(out), self._clean(err))

    @asynccontextmanager
    async def running(self, *arguments: str) -> AsyncIterator[Process]:
        """One that goes on until it is told to end, or the test does."""
        process = await self._start(arguments, stdin=DEVNULL)
        try:
            async with asyncio.timeout(PATIENCE_S):
                yield process
        finally:
            _end(process)
            await process.communicate()

    async def type_into(self, *arguments: str, prompt: str, text: str) -> str:
        """What a person sees who types `text` when they are asked."""
        master, slave = os.openpty()
        process = await self._start(arguments, stdin=slave, out=slave)
        os.close(slave)
        try:
            async with asyncio.timeout(PATIENCE_S):
                printed = await asyncio.to_thread(_converse, master, prompt.encode(), text.encode())
                assert await process.wait() == 0, printed
        finally:
            _end(process)
            os.close(master)
        return self._clean(printed)

    async def _start(self, arguments: tuple[str, ...], *, stdin: int, out: int = PIPE) -> Process:
        assert not self.secret or not any(self.secret in argument for argument in arguments)
        return await asyncio.create_subprocess_exec(
            *(*self._command, *arguments),
            stdin=stdin,
            stdout=out,
            stderr=out,
            env=self._environ,
            cwd=self.folder,
            start_new_session=True,
        )

    def _clean(self, printed: bytes) -> str:
        text = printed.decode()
        assert not self.secret or self.secret not in text
        assert "Traceback" not in text
        return text


async def terminal(world: World, who: Visitor, *scopes: Scope) -> Terminal:
    """Of somebody, with an API token that has all scopes if none are given."""
    program = await world.program(who, *scopes)
    folder = world.folder / "terminal"
    folder.mkdir(exist_ok=True)
    environ = {"KEYPOST_URL": world.base, "KEYPOST_OPERATOR_TOKEN": program.api_token}
    return Terminal(folder, environ, program.api_token)


def _end(process: Process) -> None:
    if process.returncode is None:
        process.kill()


def _converse(terminal: int, prompt: bytes, text: bytes) -> bytes:
    """Types `text` once it is asked for, and reads on until the other side has gone."""
    printed, answered = b"", False
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # How a terminal says that nobody is there any more.
            return printed
        printed += piece
        if not answered and prompt in printed:
            os.write(terminal, text + b"\n")
            answered = True
