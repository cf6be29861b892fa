"""The SDK and the example extension work where the server was never installed."""

import os
import re
import subprocess
from pathlib import Path
from typing import Final

import pytest
from tests.live.environments import ROOT, installed

REQUIREMENTS: Final = ROOT / "requirements"
FOR_TESTS: Final = frozenset(
    {"hypothesis", "iniconfig", "packaging", "pluggy", "pygments", "pytest", "sortedcontainers"},
)
"""What the tests of extensions are written with, and what that needs in turn; pip refuses if one is missing here."""
FOR_GITLAB: Final = frozenset(
    {"certifi", "charset-normalizer", "python-gitlab", "requests", "requests-toolbelt", "urllib3"},
)
"""What `requirements/gitlab.in` adds to the SDK, and what that needs in turn."""
TESTS_S: Final = 480


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the SDK, made from its pinned and hashed requirements; no server in it."""
    folder = tmp_path_factory.mktemp("alone")
    pinned = folder / "test.txt"
    pinned.write_text("\n".join(_pinned(FOR_TESTS | FOR_GITLAB)), "utf-8")
    return installed(folder, REQUIREMENTS / "sdk.txt", pinned)


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
