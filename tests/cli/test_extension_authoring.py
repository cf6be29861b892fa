import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from pathlib import Path

import pytest
from tests.cli.terminal import Terminal
from tests.world import STANDUP

PRINTED = """
// A message as a vendor's page prints it.
response = {"text": "Hello", "buttons": [{"label": "", "action": {"type": "open.url", "data": {"web": "x"}}}]};
return response;
"""


async def test_a_manifest_that_is_fine_says_so(tmp_path: Path) -> None:
    shell = Terminal(tmp_path, {})

    ended = await shell.run("extension", "check", str(STANDUP / "extension.toml"))
    as_json = await shell.run("extension", "check", str(STANDUP / "extension.toml"), "--json")

    assert (ended.code, as_json.code) == (0, 0)
    assert "is a manifest and is fine." in ended.out
    assert as_json.json["is_fine"] is True


async def test_each_wrong_field_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "pasted.txt").write_text(PRINTED)
    shell = Terminal(tmp_path, {})

    ended = await shell.run("extension", "check", "pasted.txt")
    as_json = await shell.run("extension", "check", "-", "--json", stdin=PRINTED)

    assert (ended.code, ended.out) == (2, "pasted.txt is a message.\n")
    assert "pasted.txt:3: buttons[0].label is empty" in ended.err
    assert (as_json.code, as_json.json["is_fine"]) == (2, False)
    assert {"buttons[0].label", "buttons[0].action.data.web"} <= {each["path"] for each in as_json.json["findings"]}


async def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    ended = await Terminal(tmp_path, {}).run("extension", "check", "nowhere.toml")

    assert (ended.code, ended.err) == (2, "nowhere.toml cannot be read: No such file or directory\n")


async def test_a_new_project_passes_its_own_tests(tmp_path: Path) -> None:
    shell = Terminal(tmp_path, {})

    made = await shell.run("extension", "new", "tester", "--developer", "Mary", "--email", "mary@example.com")
    checked = await shell.run("extension", "check", "tester/extension.toml")
    tests = await create_subprocess_exec(
        *(sys.executable, "-m", "unittest"),
        cwd=tmp_path / "tester",
        stderr=PIPE,
    )
    _, printed = await tests.communicate()

    assert (made.code, checked.code) == (0, 0)
    assert made.out.endswith("Try it: cd tester && python -m unittest\n")
    assert 'name = "Mary"' in (tmp_path / "tester" / "extension.toml").read_text()
    assert tests.returncode == 0, printed.decode()


@pytest.mark.parametrize("name", ["../up", "No", "x1"])
async def test_a_name_that_cannot_be_is_refused_and_nothing_is_made(tmp_path: Path, name: str) -> None:
    (tmp_path / "here").mkdir()

    ended = await Terminal(tmp_path / "here", {}).run("extension", "new", name)

    assert (ended.code, ended.out) == (2, "")
    assert everything_in(tmp_path) == ["here"]


async def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    shell = Terminal(tmp_path, {})

    ended = await shell.run("extension", "new", "mine", "--json")

    assert (ended.code, ended.out) == (2, "")
    assert "exists already" in ended.err
    assert list((tmp_path / "mine").iterdir()) == []


def everything_in(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*")]
