"""A file system in memory that can be full, and get room again while it is used."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tests.faults.long.report import CannotRun

MIB: Final = 1024 * 1024
ROOMY: Final = 256 * MIB
TRIES: Final = 20


class SmallDisk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def leave(self, size: int) -> None:
        """So many bytes more than are used. It is refused if more are used by then: whoever uses it goes on."""
        for _ in range(TRIES - 1):
            with suppress(CannotRun):
                return self._leave(size)
        return self._leave(size)

    def _leave(self, size: int) -> None:
        stat = os.statvfs(self.folder)
        used = (stat.f_blocks - stat.f_bfree) * stat.f_frsize
        _mount(self.folder, f"remount,size={used + size}")

    def make_room(self) -> None:
        _mount(self.folder, f"remount,size={ROOMY}")


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    if os.geteuid() != 0:
        raise CannotRun("this mounts a file system, which root alone may do")
    folder.mkdir()
    _mount(folder, f"size={ROOMY},mode=0700")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run([_program("umount"), str(folder)], check=True)


def _mount(folder: Path, options: str) -> None:
    command = [_program("mount"), "-t", "tmpfs", "-o", options, "keypost-faults", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotRun(f"a file system in memory cannot be mounted here: {done.stderr.strip()}")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise CannotRun(f"{name} is missing")
    return found
