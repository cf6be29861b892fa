"""The data directory belongs to one process: a second server on it would be a second writer."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keypost.errors import Fault


@contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Makes the directory where it is missing and holds it until the end."""
    make(folder)
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise Fault(f"Another Keypost is running on {folder}. Stop it first, or name another directory.") from error
    try:
        yield
    finally:
        os.close(descriptor)


def make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Fault(f"{folder} cannot be a data directory: {os.strerror(error.errno or 0)}.") from error
