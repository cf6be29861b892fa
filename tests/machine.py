"""Has the machine ready for the tests: finds Chromium and strace, or installs Debian's, or says what to install."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, NoReturn

CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
STRACE: Final = ("strace",)
NEEDED: Final = (CHROMIUM, STRACE)
"""Programs, each by its names; the first is also that of Debian's package."""
INSTALL: Final = "apt-get install --no-install-recommends"


def find(names: tuple[str, ...]) -> Path | None:
    found = next(filter(None, map(shutil.which, names)), None)
    return Path(found) if found else None


def chromium() -> Path:
    """The browser that the tests drive."""
    return _require(CHROMIUM)


def strace() -> Path:
    """What tells the tests in which order a process asks for what."""
    return _require(STRACE)


def main() -> None:
    missing = [names[0] for names in NEEDED if find(names) is None]
    if not missing:
        return
    listed = " and ".join(missing)
    if shutil.which("apt-get") is None:
        _give_up(f"The tests need {listed}. Install what is missing so that it is on the PATH.")
    if os.geteuid() != 0:
        _give_up(f"The tests need {listed}. Run as root: {INSTALL} {' '.join(missing)}")
    _install(missing)


def _require(names: tuple[str, ...]) -> Path:
    found = find(names)
    if found is None:
        raise RuntimeError(f"{names[0]} is missing. Run: {INSTALL} {names[0]}")
    return found


def _install(missing: list[str]) -> None:
    sys.stdout.write(f"Installing {' and '.join(missing)} for the tests ...\n")
    sys.stdout.flush()
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ("apt-get", "-qq", "update"),
        ("apt-get", "-qq", "install", "--yes", "--no-install-recommends", *missing),
    ):
        done = subprocess.run(command, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            sys.stdout.buffer.write(done.stdout)
            _give_up(f"It could not be installed: `{' '.join(command)}` failed, as said above.")
    if any(find(names) is None for names in NEEDED):
        _give_up(f"Installed, but not on the PATH: {' and '.join(missing)}.")


def _give_up(sentence: str) -> NoReturn:
    sys.exit(sentence)


if __name__ == "__main__":
    main()
