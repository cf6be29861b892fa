"""What a process does to the files of a folder, written down by strace from its first moment."""

import asyncio
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct
from tests.faults.long.report import CannotRun

CALLS: Final = ("openat", "pwrite64", "write", "ftruncate", "fdatasync", "fsync", "rename", "unlink")
DATA_MAX: Final = 1 << 20
"""Bytes of one write that are written down; none here is larger."""
_CALL: Final = re.compile(
    r"^(?P<at>\d+\.\d+) (?P<name>\w+)\((?P<arguments>.*?)(?: <unfinished \.\.\.>|\) += (?:\?|(?P<result>-?\d+)).*)$"
)
_DESCRIPTOR: Final = re.compile(r"^(\d+)<([^>]*)>")
_TEXT: Final = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_NUMBERS: Final = re.compile(r", (\d+)(?=,|$)")


class Call(Struct, frozen=True):
    """`path` is of the descriptor, where its first argument is one, `texts` and `numbers` are its others. `result` is
    None where the process ended in the middle of it.
    """

    name: str
    descriptor: int
    path: Path
    texts: list[bytes]
    numbers: list[int]
    flags: str
    result: int | None

    def named(self, index: int) -> Path:
        return Path(self.texts[index].decode())


class Recording:
    """`fatal` is a call that ends the process when it is about to make it, as strace's `inject` has it."""

    def __init__(self, folder: Path, fatal: str = "") -> None:
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        self._folder = folder
        self._fatal = [f"--inject={fatal}"] if fatal else []
        self._tracer: subprocess.Popen[str] | None = None

    def begin(self, pid: int) -> None:
        options = ("-ff", "-y", "-xx", f"--string-limit={DATA_MAX}", f"--trace={','.join(CALLS)}")
        times = "--absolute-timestamps=format:unix,precision:ns"
        self._tracer = subprocess.Popen(
            ["strace", *options, times, *self._fatal, "-o", str(self._folder / "of"), "-p", str(pid)],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._tracer.stderr is not None
        said = self._tracer.stderr.readline()
        if "attached" not in said:
            raise CannotRun(f"strace cannot look into a process here: {said.strip()}")

    async def end(self) -> None:
        """Once the process has ended."""
        assert self._tracer is not None
        await asyncio.to_thread(self._tracer.communicate)

    def calls(self) -> Iterator[Call]:
        """Those that did something, or may have, in the order in which they began. Each thread has a file."""
        lines = [line for file in self._folder.iterdir() for line in file.read_text().splitlines()]
        found = sorted(filter(None, map(_CALL.match, lines)), key=lambda match: match["at"])
        return (call for call in map(_read, found) if call.result is None or call.result >= 0)


def _read(match: re.Match[str]) -> Call:
    arguments, result = match["arguments"], match["result"]
    if (descriptor := _DESCRIPTOR.match(arguments)) is not None:
        number, path = int(descriptor[1]), _bytes(descriptor[2]).decode()
    else:
        number, path = -1, ""
    bare = _TEXT.sub("", arguments)
    return Call(
        name=match["name"],
        descriptor=number,
        path=Path(path),
        texts=[_bytes(text) for text in _TEXT.findall(arguments)],
        numbers=[int(text) for text in _NUMBERS.findall(bare)],
        flags=bare,
        result=int(result) if result is not None else None,
    )


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
