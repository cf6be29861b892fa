"""What the command says when it cannot do what it was asked: one sentence that helps, and no traceback."""

import subprocess
from pathlib import Path

import pytest
from tests.live.running import ADA, run, running
from tests.postgres import Postgres

UNREACHABLE = "postgresql://nobody:wrong@127.0.0.1:1/keypost"


@pytest.mark.parametrize("name", ["we#ird", "q?x"])
def test_a_folder_of_any_name_works_and_nothing_is_written_beside_it(tmp_path: Path, name: str) -> None:
    data = tmp_path / name

    with running(data) as demo:
        said = demo.sign_in(ADA).post(f"/chats/{demo.builds}/say", {"text": "Hello"})

    assert said.status == 200, said.text

    assert {path.name for path in tmp_path.iterdir()} == {name, data.with_suffix(".out").name}
    kept = {path.name for path in data.iterdir()}
    assert {"keypost.db", "master.key", "demo.json", "keypost.log"} <= kept
    assert not [name for name in kept if not name.startswith(("keypost.", "master.", "demo.", "files", "logs", "lock"))]


def test_a_file_is_no_folder_for_data(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")

    ended = run("demo", "--port=0", "--data=taken", folder=tmp_path)

    assert sentence(ended, 1) == f"{tmp_path / 'taken'} cannot be a data directory: File exists."
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.parametrize("url", [UNREACHABLE, "postgresql:///keypost?host=/nowhere", "postgresql://u:wrong@[::1/x"])
def test_a_postgresql_that_cannot_be_reached_is_said_without_its_password(tmp_path: Path, url: str) -> None:
    ended = run("demo", "--port=0", "--data=data", f"--database-url={url}", folder=tmp_path)

    assert "database" in sentence(ended, 1)
    assert "address" in sentence(ended, 1)
    assert "wrong" not in ended.stdout + ended.stderr


async def test_a_database_that_is_not_there_is_said(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.url("nowhere")

    ended = run("demo", "--port=0", "--data=data", f"--database-url={url}", folder=tmp_path)

    assert "Is it there" in sentence(ended, 1)


def test_another_database_than_postgresql_is_said(tmp_path: Path) -> None:
    ended = run("demo", "--port=0", "--data=data", "--database-url=mysql://x", folder=tmp_path)

    assert sentence(ended, 2) == "--database-url must begin with postgresql://"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--port=99999", 'Invalid value "99999" for --port. Must be <= 65535.'),
        ("--log-level=foo", 'Invalid value "foo" for --log-level. Choose from: "debug", "info", "warning", "error".'),
    ],
)
def test_an_option_that_makes_no_sense_is_said(tmp_path: Path, option: str, said: str) -> None:
    ended = run("demo", "--data=data", option, folder=tmp_path)

    assert said in sentence(ended, 2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("left", [None, b'{"name": "of another program"}', b"\xff"])
def test_a_sample_without_a_demo_or_with_a_foreign_demo_json_says_how_to_start_one(
    tmp_path: Path, left: bytes | None
) -> None:
    if left is not None:
        (tmp_path / "demo.json").write_bytes(left)

    ended = run("sample", "gitlab", "push", "--data=.", folder=tmp_path)

    assert sentence(ended, 2) == "There is no demo in .. Start it with: make demo"


def sentence(ended: subprocess.CompletedProcess[str], code: int) -> str:
    """All that was said, if it is one line; where the command line itself is wrong, another says where to read on."""
    assert ended.returncode == code, ended.stderr
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    (line,) = [line for line in ended.stderr.splitlines() if line and not line.startswith("See: ")]
    return line
