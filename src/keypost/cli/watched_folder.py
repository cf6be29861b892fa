"""Which files of a folder changed since the last look. By looking: a second is soon enough for who just saved one."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

WATCHED: Final = frozenset({".py", ".toml", ".json"})
VENV_MARK: Final = "pyvenv.cfg"


class WatchedFolder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen = self._look()

    def changes(self) -> list[Path]:
        """Files that are new, other or gone, by their path in the folder."""
        before, self._seen = self._seen, self._look()
        return sorted({path for path, _ in before.items() ^ self._seen.items()})

    def _look(self) -> dict[Path, tuple[int, int]]:
        return {path.relative_to(self._folder): stamp for path, stamp in _files(self._folder)}


def _files(folder: Path) -> Iterator[tuple[Path, tuple[int, int]]]:
    for root, folders, names in os.walk(folder):
        if VENV_MARK in names:
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith((".", "__"))]
        for path in (Path(root, name) for name in names if Path(name).suffix in WATCHED):
            try:
                known = path.stat()
            except FileNotFoundError:  # Editors write a new file and rename it over the old one.
                continue
            yield path, (known.st_mtime_ns, known.st_size)
