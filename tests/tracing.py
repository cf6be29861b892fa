"""What a program asks of the kernel to have files on the disk itself, in its order: strace writes it down."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.machine import strace

CALLS: Final = ("write", "fsync", "fdatasync", "?rename", "?renameat", "?renameat2")
"""No kernel has all of them: those with a question mark are looked for where there are any."""
_CALL: Final = re.compile(r"\d+ +(?P<name>[a-z]+)(?:at2?)?\((?P<arguments>.*)\) += (?P<result>\d+)")
_PLACE: Final = re.compile(r'<(?P<open>/[^>]*)>|"(?P<named>/[^"]*)"')


def on_disk(folder: Path, program: str) -> list[str]:
    """What the Python program does in the folder, which it is told as its first argument: `write name`, `fsync name`,
    `rename name other`. The folder itself is `.`.
    """
    noted = folder.with_suffix(".strace")
    traced = (str(strace()), "-f", "-y", "-o", str(noted), "-e", f"trace={','.join(CALLS)}")
    subprocess.run([*traced, sys.executable, "-c", program, str(folder)], check=True)
    return list(_within(folder.resolve(), noted.read_text(errors="replace")))


def _within(folder: Path, noted: str) -> Iterator[str]:
    for call in _CALL.finditer(noted):
        places = [Path(place["open"] or place["named"]) for place in _PLACE.finditer(call["arguments"])]
        known = [str(place.relative_to(folder)) for place in places if place.is_relative_to(folder)]
        if known:
            yield " ".join([call["name"], *known])
