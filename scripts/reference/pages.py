"""Which pages are made, and by what."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from scripts.reference import cli, errors, http, manifest, sdk, settings

FOLDER: Final = Path(__file__).parents[2] / "docs" / "reference"
PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "cli.md": cli.page,
    "errors.md": errors.page,
    "http.md": http.page,
    "manifest.md": manifest.page,
    "sdk.md": sdk.page,
    "settings.md": settings.page,
}


def write() -> None:
    """Makes them all anew."""
    for name, made in PAGES.items():
        (FOLDER / name).write_text(made(), "utf-8")
        sys.stdout.write(f"docs/reference/{name}\n")
