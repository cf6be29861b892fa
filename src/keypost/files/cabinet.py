"""The folder with the bytes of files: `ab/cdef…` after their digest, and `arriving` for what is on its way in.

What stands under a digest is whole and durable before a row names it. So a crash leaves no row without its bytes, only
bytes without a row, and those are swept out at the next start. Two requests may bring the same bytes while a third
takes back the only message that had them: `holding` keeps such bytes from being thrown away under a row to come.
"""

import errno
import os
import re
import shutil
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

from keypost.disk import sync_folder
from keypost.files.media import HEAD_BYTES
from keypost.files.room import Room, no_room

ARRIVING: Final = "arriving"
SHELF_DIGITS: Final = 2
SHELF: Final = re.compile(r"[0-9a-f]{2}")
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
PRIVATE_FOLDER: Final = 0o700
PRIVATE_FILE: Final = 0o600


class Arriving:
    """A file that is being written, and its digest with it. `head` are its first bytes."""

    def __init__(self, path: Path, room: Room) -> None:
        self.path = path
        self._room = room
        self.size = 0
        self.head = b""
        self._digest = sha256()
        with _saying_when_full():
            self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb", buffering=0)

    def write(self, piece: bytes) -> None:
        self.size += len(piece)
        if len(self.head) < HEAD_BYTES:
            self.head += piece[: HEAD_BYTES - len(self.head)]
        self._digest.update(piece)
        self._room.require(len(piece))
        rest = memoryview(piece)
        with _saying_when_full():
            while rest:
                rest = rest[self._file.write(rest) :]

    def end(self) -> bytes:
        """Makes it durable; answers its digest."""
        with _saying_when_full():
            os.fsync(self._file.fileno())
        self._file.close()
        return self._digest.digest()

    def drop(self) -> None:
        """Closes it and throws it away, unless it stands in its place already."""
        self._file.close()
        self.path.unlink(missing_ok=True)


class Cabinet:
    """One process has it. What changes `holding` and `discard` runs in the event loop; the rest may run in threads."""

    def __init__(self, folder: Path, reserve: int = 0) -> None:
        """`reserve` is how many bytes of the disk files leave free."""
        self._folder = folder
        self._room = Room(folder, reserve)
        self._arriving = folder / ARRIVING
        self._held: Counter[bytes] = Counter()

    def open(self) -> None:
        """Makes the folder where it is missing, and throws away what was on its way in when the server last ended."""
        self._folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        shutil.rmtree(self._arriving, ignore_errors=True)
        self._arriving.mkdir(mode=PRIVATE_FOLDER)

    def begin(self, name: str) -> Arriving:
        """`name` is unique among those on their way."""
        return Arriving(self._arriving / name, self._room)

    def place(self, digest: bytes) -> Path:
        text = digest.hex()
        return self._folder / text[:SHELF_DIGITS] / text[SHELF_DIGITS:]

    def keep(self, arrived: Path, digest: bytes) -> None:
        """Puts a file that is durable into its place, durably. If there is one already, it has the same bytes."""
        place = self.place(digest)
        with _saying_when_full():
            place.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            arrived.replace(place)
            # Each time: whoever made the shelf a moment ago may not be so far.
            sync_folder(place.parent)
            sync_folder(self._folder)

    @contextmanager
    def holding(self, digests: Collection[bytes]) -> Iterator[None]:
        """Nothing discards these bytes meanwhile."""
        self._held.update(digests)
        try:
            yield
        finally:
            self._held.subtract(digests)
            self._held = +self._held

    def discard(self, digest: bytes) -> None:
        """Throws bytes away that no row names."""
        if digest not in self._held:
            self.place(digest).unlink(missing_ok=True)

    def digests(self) -> Iterator[bytes]:
        """Of everything that stands in its place; what else somebody put there is none of ours."""
        for shelf in self._folder.iterdir():
            if SHELF.fullmatch(shelf.name):
                named = (shelf.name + file.name for file in shelf.iterdir())
                yield from (bytes.fromhex(text) for text in named if DIGEST.fullmatch(text))


@contextmanager
def _saying_when_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise no_room() from error
        raise
