"""The SDK and the example extension work where the server was never installed."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
REQUIREMENTS: Final = ROOT / "requirements"
FOR_TESTS: Final = frozenset(
    {"hypothesis", "iniconfig", "packaging", "pluggy", "pygments", "pytest", "sortedcontainers"},
)
"""What the tests of extensions are written with, and what that needs in turn; pip refuses if one is missing here."""
PIP: Final = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
INSTALL_S: Final = 240
TESTS_S: Final = 240


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the SDK, made from its pinned and hashed requirements; no server in it."""
    folder = tmp_path_factory.mktemp("alone")
    pinned = folder / "test.txt"
    pinned.write_text("\n".join(_pinned(FOR_TESTS)), "utf-8")
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder / "venv"), timeout=INSTALL_S)
    python = folder / "venv" / "bin" / "python"
    into = (*PIP, "--python", str(python), "install")
    _run(*into, "--require-hashes", "-r", str(REQUIREMENTS / "sdk.txt"), "-r", str(pinned), timeout=INSTALL_S)
    # The wheel, not the folder: what is not in it is missing here as it would be elsewhere.
    wheel = ("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT / "sdk"))
    _run(*PIP, *wheel, timeout=INSTALL_S)
    _run(*into, "--no-deps", *map(str, folder.glob("keypost_sdk-*.whl")), timeout=INSTALL_S)
    return python


def test_the_server_is_not_there(alone: Path) -> None:
    looked = _ask(alone, "import keypost_sdk, importlib.util; print(importlib.util.find_spec('keypost'))")

    assert looked == "None\n"


def test_the_sdk_comes_from_its_wheel(alone: Path) -> None:
    path = Path(_ask(alone, "import keypost_sdk; print(keypost_sdk.__file__)"))

    assert path.is_relative_to(alone.parents[1])
    assert (path.parent / "py.typed").is_file()


@pytest.mark.parametrize("folder", ["sdk", "examples/gitlab"])
def test_its_own_tests_pass(alone: Path, folder: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        # Without a cache: two runs of pytest in one folder would share it.
        [str(alone), "-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp", str(tmp_path / "tests")],
        cwd=ROOT / folder,
        env=_bare(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TESTS_S,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout
    assert re.search(r"^\d+ passed in ", ended.stdout, re.MULTILINE), ended.stdout


def _ask(python: Path, code: str) -> str:
    return subprocess.run([str(python), "-c", code], capture_output=True, text=True, timeout=30, check=True).stdout


def _pinned(names: frozenset[str]) -> list[str]:
    """The entries of these packages, each with its version and hashes."""
    entries = re.split(r"\n(?=\S)", (REQUIREMENTS / "test.txt").read_text("utf-8"))
    return [entry for entry in entries if entry.partition("==")[0] in names]


def _bare(folder: Path) -> dict[str, str]:
    """The environment without what could lead to the server or to this run of pytest."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "VIRTUAL"))}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1", "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis")}


def _run(*command: str, timeout: float) -> None:
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout, check=False
    )
    assert done.returncode == 0, done.stdout
