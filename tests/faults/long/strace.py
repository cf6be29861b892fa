"""System calls of a running process that are made to fail, and what strace wrote down of them."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct
from tests.faults.long.report import CannotRun
from tests.live.until import PATIENCE_S

INJECTED: Final = "(INJECTED)"
_CALL: Final = re.compile(
    r"^(?P<thread>\d+) +(?P<name>\w+)\((?:(?P<descriptor>\d+)<(?P<path>[^>]*)>)?.*= (?P<result>.+)$"
)


class Call(Struct, frozen=True):
    """`descriptor` is -1 where its first argument is none, `path` empty then."""

    thread: int
    name: str
    descriptor: int
    path: str
    result: str

    @property
    def is_injected(self) -> bool:
        return INJECTED in self.result


class Trace:
    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def injected(self) -> int:
        return self._file.read_text(errors="replace").count(INJECTED)

    def calls(self) -> Iterator[Call]:
        for line in self._file.read_text(errors="replace").splitlines():
            if found := _CALL.match(line):
                yield Call(
                    thread=int(found["thread"]),
                    name=found["name"],
                    descriptor=int(found["descriptor"] or -1),
                    path=found["path"] or "",
                    result=found["result"],
                )


def require() -> None:
    if shutil.which("strace") is None:
        raise CannotRun("strace is missing: apt-get install strace")


@asynccontextmanager
async def failing(pid: int, file: Path, *faults: str, seen: str = "") -> AsyncIterator[Trace]:
    """`faults` are as strace's `inject` has them (`fdatasync:error=EIO:when=3`), and count from now on in each thread;
    `seen` are further calls to write down.
    """
    names = ",".join({*(fault.partition(":")[0] for fault in faults), *filter(None, seen.split(","))})
    options = [f"--inject={fault}" for fault in faults]
    tracer = await asyncio.create_subprocess_exec(
        *("strace", "-f", "-y", "-o", str(file), f"--trace={names}", *options, "-p", str(pid)),
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        await _attached(tracer)
        yield Trace(file)
    finally:
        if tracer.returncode is None:
            tracer.send_signal(2)  # It lets the process go.
        await tracer.wait()


async def _attached(tracer: asyncio.subprocess.Process) -> None:
    assert tracer.stderr is not None
    async with asyncio.timeout(PATIENCE_S):
        said = (await tracer.stderr.readline()).decode()
    if "attached" not in said:
        raise CannotRun(f"strace cannot look into a process here: {said.strip()}")
