"""A wall clock that another process can set."""

import mmap
import struct
from pathlib import Path
from typing import Final

from keypost.clock import WallClock

_OFFSET: Final = struct.Struct("<q")


class SetClock:
    """Runs on from where it is set to. The file holds how far it is from the true time, in milliseconds."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(_OFFSET.pack(0))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), _OFFSET.size)
        self._true = WallClock()

    def now_ms(self) -> int:
        (offset,) = _OFFSET.unpack(self._shared[:])
        return self._true.now_ms() + int(offset)

    def move(self, milliseconds: int) -> None:
        """From the true time."""
        self._shared[:] = _OFFSET.pack(milliseconds)
