"""In which order a folder's files are synced and named: what that leaves on the disk when the power fails."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def noted(folder: Path) -> Iterator[list[str]]:
    """What is done there meanwhile: `fsync NAME SIZE`, and `rename NAME OTHER`. The folder is `.`, without a size."""
    done: list[str] = []
    sync, replace = os.fsync, os.replace

    def noting_fsync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        size = f" {path.stat().st_size}" if path.is_file() else ""
        done.append(f"fsync {path.relative_to(folder)}{size}")
        sync(descriptor)

    def noting_replace(old: Path, new: Path) -> None:
        done.append(f"rename {old.relative_to(folder)} {new.relative_to(folder)}")
        replace(old, new)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", noting_fsync)
        patch.setattr(os, "replace", noting_replace)
        yield done
