"""What has to be on the disk itself, whatever becomes of the power."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """What was renamed, made or removed in it stays so."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
