"""Has the machine ready for the tests: finds Chromium, or installs Debian's, or says what to install."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, NoReturn

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL: Final = (
    ("apt-get", "-qq", "update"),
    ("apt-get", "-qq", "install", "--yes", "--no-install-recommends", "chromium"),
)
COMMAND: Final = "apt-get install --no-install-recommends chromium"


def find_chromium() -> Path | None:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


def chromium() -> Path:
    """The browser that the tests drive."""
    found = find_chromium()
    if found is None:
        raise RuntimeError(f"Chromium is missing. Run: {COMMAND}")
    return found


def main() -> None:
    if find_chromium() is not None:
        return
    if shutil.which("apt-get") is None:
        _give_up("The tests drive a browser, and Chromium is missing. Install it so that `chromium` is on the PATH.")
    if os.geteuid() != 0:
        _give_up(f"The tests drive a browser, and Chromium is missing. Run as root: {COMMAND}")
    _install()


def _install() -> None:
    sys.stdout.write("Installing Chromium for the tests ...\n")
    sys.stdout.flush()
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in INSTALL:
        done = subprocess.run(command, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            sys.stdout.buffer.write(done.stdout)
            _give_up(f"Chromium could not be installed: `{' '.join(command)}` failed, as said above.")
    if find_chromium() is None:
        _give_up("Chromium was installed, but none of its names is on the PATH: " + ", ".join(NAMES))


def _give_up(sentence: str) -> NoReturn:
    sys.exit(sentence)


if __name__ == "__main__":
    main()
