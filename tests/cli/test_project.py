import os
import subprocess
import sys
from pathlib import Path

import pytest

from keypost.cli.project.making import make
from keypost.errors import Conflict, Invalid
from keypost.extensions import manifest_file
from keypost.pasted.checking import check

LONGEST = "abcdefghijklmnopqrstuvwxyzabcd"


def made(folder: Path, name: str = "builds", developer: str = "Grace", email: str = "grace@keypost.example") -> Path:
    make(folder / name, name, developer=developer, email=email)
    return folder / name


@pytest.mark.parametrize("name", ["builds", "ab", LONGEST])
def test_a_new_project_passes_its_own_tests_with_what_python_brings(tmp_path: Path, name: str) -> None:
    without_pytest = "import sys; sys.modules['pytest'] = None; import unittest; unittest.main(module=None)"

    ended = ran(made(tmp_path, name), "-c", without_pytest)

    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.endswith("\nOK\n")


def test_whoever_has_pytest_can_use_it_as_well(tmp_path: Path) -> None:
    ended = ran(made(tmp_path), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio")

    assert ended.returncode == 0, ended.stdout
    assert " passed" in ended.stdout


def ran(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=folder,
        env={key: value for key, value in os.environ.items() if not key.startswith("PYTEST")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_nothing_can_be_said_against_its_manifest(tmp_path: Path) -> None:
    path = made(tmp_path) / "extension.toml"

    found = check(path.read_bytes(), path.name)

    assert (found.taken_for, found.findings) == ("a manifest", ())


def test_it_is_written_as_the_house_writes(tmp_path: Path) -> None:
    folder = made(tmp_path)

    for command in (["check"], ["format", "--check", "--line-length", "120"]):
        ended = subprocess.run(
            [sys.executable, "-m", "ruff", command[0], "--isolated", "--no-cache", *command[1:], "."],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout


def test_its_files_are_told_in_the_order_to_read_them(tmp_path: Path) -> None:
    written = make(tmp_path / "builds", "builds", developer="Grace", email="grace@keypost.example")

    assert [str(path.relative_to(tmp_path / "builds")) for path in written] == [
        "README.md",
        "extension.py",
        "extension.toml",
        "test_extension.py",
    ]
    assert not any("$" in path.read_text("utf-8") for path in written)


@pytest.mark.parametrize("developer", ['Grace "Amazing" Hopper', "C:\\Grace", "Åsa", "$name"])
def test_any_name_of_a_developer_is_written_as_it_is(tmp_path: Path, developer: str) -> None:
    assert manifest_file.read(made(tmp_path, developer=developer)).developer.name == developer


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    mine = tmp_path / "builds"
    mine.mkdir()
    (mine / "extension.py").write_text("mine", "utf-8")

    with pytest.raises(Conflict, match="exists already"):
        made(tmp_path)

    assert [path.name for path in mine.iterdir()] == ["extension.py"]
    assert (mine / "extension.py").read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["", "a", "Builds", "my-builds", "../builds", "bu ilds", LONGEST + "e"])
def test_a_name_that_a_manifest_cannot_have_makes_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid, match="2 to 30 letters a to z"):
        make(tmp_path / "new", name, developer="Grace", email="grace@keypost.example")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("developer", "email"), [("", "grace@keypost.example"), ("Grace", "grace"), ("a\nb", "a@b.c")])
def test_a_developer_that_a_manifest_cannot_have_makes_nothing(tmp_path: Path, developer: str, email: str) -> None:
    with pytest.raises(Invalid, match=r"^extension\.toml: developer\."):
        made(tmp_path, developer=developer, email=email)

    assert list(tmp_path.iterdir()) == []
