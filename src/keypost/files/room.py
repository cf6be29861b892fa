"""Room on the disk that is kept for messages: files, and what is sent to extensions, are refused before it is gone."""

import os
from pathlib import Path

from keypost.errors import Busy


class Room:
    """On the disk that `folder` is on; `reserve` is bytes, 0 for none."""

    def __init__(self, folder: Path, reserve: int) -> None:
        self._folder = folder
        self._reserve = reserve

    def require(self, size: int) -> None:
        """For so many bytes more."""
        if not self._reserve:
            return
        disk = os.statvfs(self._folder)
        if disk.f_bavail * disk.f_frsize - size < self._reserve:
            raise no_room()


def no_room() -> Busy:
    return Busy("disk_full", "There is no room for that on the server. Its operator has to make some.")
