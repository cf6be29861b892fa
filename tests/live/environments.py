"""Environments of Python that have the SDK and nothing of the server."""

import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PIP: Final = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
INSTALL_S: Final = 240


def installed(folder: Path, *requirements: Path) -> Path:
    """The Python of a new environment in `folder`, with pinned and hashed `requirements` and our SDK."""
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder / "venv"))
    python = folder / "venv" / "bin" / "python"
    into = (*PIP, "--python", str(python), "install")
    _run(*into, "--require-hashes", *(part for path in requirements for part in ("-r", str(path))))
    # The wheel, not the folder: what is not in it is missing here as it would be elsewhere.
    wheel = ("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT / "sdk"))
    _run(*PIP, *wheel)
    _run(*into, "--no-deps", *map(str, folder.glob("keypost_sdk-*.whl")))
    return python


def _run(*command: str) -> None:
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=INSTALL_S, check=False
    )
    assert done.returncode == 0, done.stdout
