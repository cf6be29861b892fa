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
_BEGIN: Final = re.compile(r"(?P<at>\d+\.\d+) (?P<name>\w+)\(")
_RESULT: Final = re.compile(r"\) += (?P<result>-?\d+)")
_DESCRIPTOR: Final = re.compile(r"(\d+)<([^>]*)>")
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
        begun = [(found["at"], line) for line in lines if (found := _BEGIN.match(line))]
        calls = (_read(line) for _, line in sorted(begun))
        return (call for call in calls if call.result is None or call.result >= 0)


def _read(line: str) -> Call:
    """Texts and paths are written as their bytes, in hexadecimal: no bracket and no quotation mark is one of theirs."""
    begin, _, rest = line.partition("(")
    arguments = rest.partition(")")[0].removesuffix(" <unfinished ...>")
    result = _RESULT.match(rest, len(arguments))
    pieces = arguments.split('"')
    bare = "".join(pieces[::2])
    descriptor = _DESCRIPTOR.match(bare)
    return Call(
        name=begin.split()[1],
        descriptor=int(descriptor[1]) if descriptor else -1,
        path=Path(_bytes(descriptor[2]).decode() if descriptor else ""),
        texts=[_bytes(text) for text in pieces[1::2]],
        numbers=[int(text) for text in _NUMBERS.findall(bare)],
        flags=bare,
        result=int(result["result"]) if result else None,
    )


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
