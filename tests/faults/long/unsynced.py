"""A folder as a disk may have it when the power comes back: what was synced, and of what was only written whatever it
likes.

A sector is on the disk as it was at one moment since its file was synced, and a file as long as it was at any such
moment. What was made, renamed and removed in a folder has come in this order, up to one moment since it was synced.
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct
from tests.faults.long.recording import Call

SECTOR: Final = 512

When: TypeAlias = Callable[[], int]
"""How many of the changes that were not synced have come to the disk."""
Renaming: TypeAlias = "dict[Path, File | None]"
"""What stands under these names from then on."""


class Write(Struct, frozen=True):
    start: int
    data: bytes

    @property
    def end(self) -> int:
        return self.start + len(self.data)

    def sectors(self) -> Iterator[tuple[int, bytes]]:
        """What it writes into one sector each, and where."""
        at = self.start
        while at < self.end:
            until = min(self.end, (at // SECTOR + 1) * SECTOR)
            yield at, self.data[at - self.start : until - self.start]
            at = until


class File:
    """`changes` have not been synced: what was written, or the size that it was cut or grown to."""

    def __init__(self, synced: bytes = b"") -> None:
        self._synced = bytearray(synced)
        self.changes: list[Write | int] = []

    def sync(self) -> None:
        for change in self.changes:
            size = change.end if isinstance(change, Write) else change
            self._synced.extend(bytes(max(0, size - len(self._synced))))
            if isinstance(change, Write):
                self._synced[change.start : change.end] = change.data
            else:
                del self._synced[size:]
        self.changes = []

    def content(self, when: When) -> bytes:
        """`when` is asked once for the size, and once for each sector that was written."""
        sizes = [len(self._synced)]
        for change in self.changes:
            sizes.append(max(sizes[-1], change.end) if isinstance(change, Write) else change)
        found = self._synced.ljust(max(sizes), b"\0")
        moments: dict[int, int] = {}
        for number, change in enumerate(self.changes):
            if isinstance(change, int):
                continue
            for at, data in change.sectors():
                if number < moments.setdefault(at // SECTOR, when()):
                    found[at : at + len(data)] = data
        return bytes(found[: sizes[when()]])


class Disk:
    """Follows what is done to the files of one folder, which nobody uses when it begins."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._synced = {path: File(content) for path, content in _read(folder).items()}
        self._names = dict(self._synced)
        self._changes: list[Renaming] = []
        self._positions: dict[int, int] = {}

    def follow(self, call: Call) -> None:
        match call.name:
            case "openat":
                self._open(call)
            case "rename" if self._has(call.named(0)):
                self._rename({call.named(0): None, call.named(1): self._names[call.named(0)]})
            case "unlink" if self._has(call.named(0)):
                self._rename({call.named(0): None})
            case "fsync" | "fdatasync" if call.path == self._folder and call.result is not None:
                self._synced, self._changes = dict(self._names), []
            case _ if self._has(call.path):
                self._change(self._names[call.path], call)

    def lose(self, chance: random.Random, mapped: Path) -> bool:
        """The power fails and comes back; whether anything is not as it was. Files stay the same files, with other
        content. `mapped` is written by memory, whose way to the disk nobody saw: it has come, or has not.
        """
        names: Renaming = {**self._synced}
        for change in self._changes[: chance.randint(0, len(self._changes))]:
            names.update(change)
        before = _read(self._folder)
        for path in before:
            if names.get(path) is None:
                path.unlink()
        for path, file in names.items():
            if file is not None and not (path == mapped and path in before and chance.random() < 0.5):
                _write_over(path, file.content(_moments(chance, len(file.changes))))
        return _read(self._folder) != before

    def _has(self, path: Path) -> bool:
        return path in self._names

    def _open(self, call: Call) -> None:
        path = call.named(0)
        if path.parent != self._folder or call.result is None:
            return
        self._positions[call.result] = 0
        if not self._has(path) and "O_CREAT" in call.flags:
            self._rename({path: File()})
        elif self._has(path) and "O_TRUNC" in call.flags:
            self._names[path].changes.append(0)

    def _rename(self, change: Renaming) -> None:
        self._changes.append(change)
        for path, file in change.items():
            if file is None:
                del self._names[path]
            else:
                self._names[path] = file

    def _change(self, file: File, call: Call) -> None:
        match call.name:
            case "pwrite64":
                file.changes.append(Write(call.numbers[-1], call.texts[0]))
            case "write":
                at = self._positions[call.descriptor]
                file.changes.append(Write(at, call.texts[0]))
                self._positions[call.descriptor] = at + len(call.texts[0])
            case "ftruncate":
                file.changes.append(call.numbers[-1])
            case "fsync" | "fdatasync" if call.result is not None:
                file.sync()


def _moments(chance: random.Random, many: int) -> When:
    """Nothing has come, or everything up to one moment, or of each sector as much as it likes."""
    one = chance.choice((0, many, chance.randint(0, many)))
    return chance.choice((lambda: one, lambda: chance.randint(0, many)))


def _read(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def _write_over(path: Path, content: bytes) -> None:
    """The same file stays: it is told from another one by its number."""
    with path.open("r+b" if path.exists() else "wb") as opened:
        opened.write(content)
        opened.truncate()
