"""What every command has in common: how it ends when it was not understood."""

from pathlib import Path

import pytest
from tests.cli.terminal import Terminal


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("persons",), "person"),
        (("person", "lst"), "list"),
        (("post", "--chanel", "builds", "Hello"), "--channel"),
        (("post", "Hello"), "--channel NAME or --chat ID"),
        (("post", "--channel", "builds", "--chat", "CT_1_1", "Hello"), "one of them"),
        (("post", "--channel", "builds"), "TEXT or --file"),
        (("post", "--channel", "builds", "--file", "nowhere.json"), "nowhere.json cannot be read"),
        (("read",), "--channel NAME or --chat ID"),
        (("read", "--channel", "builds", "--last", "101"), "100"),
        (("person", "add", "mary@example.com"), "--first-name is missing.\n"),
        (("person", "add"), "EMAIL is missing.\n"),
        (("read", "--channel"), "--channel has no value.\n"),
        (("person", "show", "ada@example.com", "and", "more"), "and more is not understood.\n"),
        (("demo", "--data", ""), "--data is empty."),
        (("sample", "gitlab", "push", "--data", ""), "--data is empty."),
        (("sample", "gitlab", "push", "more"), "more is not understood."),
        (("post", "--channel", "builds", "--file", ""), "--file is empty."),
        (("extension", "add", ""), "SOURCE is empty."),
        (("extension", "add", "https://x.example", "--manifest", ""), "--manifest is empty."),
        (("extension", "run", ""), "The path is empty."),
        (("extension", "check", ""), "The path is empty."),
        (("extension", "add", "."), "keypost extension new NAME"),
        (("extension", "allow", "gitlab", "--who", "teams"), "--team NAME"),
        (("token", "budget", "", "5"), "A name or an id is empty."),
        (("token", "show", ""), "A name or an id is empty."),
    ],
    ids=lambda piece: " ".join(piece) if isinstance(piece, tuple) else "",
)
async def test_wrong_use_ends_with_two_and_says_what_is_right(
    tmp_path: Path, arguments: tuple[str, ...], hint: str
) -> None:
    environ = {"KEYPOST_URL": "http://127.0.0.1:1", "KEYPOST_OPERATOR_TOKEN": "kpa_none"}

    ended = await Terminal(tmp_path, environ).run(*arguments)

    assert (ended.code, ended.out) == (2, "")
    assert hint in ended.err


async def test_what_is_not_understood_names_the_help_that_explains_it(tmp_path: Path) -> None:
    ended = await Terminal(tmp_path, {}).run("person", "add")

    assert ended.err.splitlines()[-1] == "See: keypost person add --help"


@pytest.mark.parametrize("arguments", [(), ("--help",), ("person",), ("post", "--help")])
async def test_help_needs_no_server(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = await Terminal(tmp_path, {}).run(*arguments)

    assert (ended.code, ended.err) == (0, "")
    assert "Usage: keypost" in ended.out


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ()])
async def test_the_help_says_what_each_command_is_for(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = await Terminal(tmp_path, {"COLUMNS": "120"}).run(*arguments)

    assert "Start Keypost with three people" in ended.out
    assert "Post a message under your name." in ended.out


async def test_what_the_disk_does_not_let_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    log = tmp_path / "demo" / "keypost.log"
    log.mkdir(parents=True)

    ended = await Terminal(tmp_path, {}).run("demo", "--port", "0", "--data", "demo")

    assert (ended.code, ended.err) == (1, f"{log} cannot be used: Is a directory.\n")
