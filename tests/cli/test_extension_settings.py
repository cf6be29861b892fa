from pathlib import Path

import pytest
from tests.cli.folders import folder
from tests.cli.terminal import Terminal, terminal
from tests.world import World

SECRET = "glpat-0123456789abcdefghij"


@pytest.fixture
async def shell(world: World) -> Terminal:
    """Of an admin, on whose server is an extension with an address, an access token and a switch."""
    shell = await terminal(world, world.ada)
    added = await shell.run("extension", "add", str(folder(world)))
    assert added.code == 0, added.err
    return shell


async def test_values_are_set_and_taken_away(shell: Terminal) -> None:
    ended = await shell.run("extension", "set", "standup", "address=https://gitlab.example", "loud=on")
    changed = await shell.run("extension", "set", "standup", "address=", "loud=off", "--json")

    assert (ended.code, ended.out) == (0, "address: https://gitlab.example\nloud: on\n")
    assert [(setting["name"], setting["value"]) for setting in changed.json["settings"]] == [
        ("address", None),
        ("access_token", None),
        ("loud", False),
    ]


async def test_a_secret_comes_from_stdin_and_is_shown_nowhere(shell: Terminal) -> None:
    ended = await shell.run("extension", "set", "standup", "access_token=-", stdin=SECRET + "\n")
    shown = await shell.run("extension", "show", "standup")
    as_json = await shell.run("extension", "show", "standup", "--json")

    assert (ended.code, ended.out, ended.err) == (0, "access_token: •••\n", "")
    assert "•••" in shown.out
    assert as_json.json["settings"][1]["is_set"] is True
    assert SECRET not in ended.err + shown.out + as_json.out


async def test_a_secret_comes_from_a_file(shell: Terminal) -> None:
    write(shell.folder / "secret.txt", SECRET + "\n")

    ended = await shell.run("extension", "set", "standup", "access_token=@secret.txt")

    assert (ended.code, ended.out) == (0, "access_token: •••\n")


async def test_a_secret_on_the_command_line_is_refused_and_not_repeated(shell: Terminal) -> None:
    ended = await shell.run("extension", "set", "standup", f"access_token={SECRET}")

    assert (ended.code, ended.out) == (2, "")
    assert "access_token=-" in ended.err
    assert SECRET not in ended.err


async def test_a_secret_that_is_typed_is_not_echoed(shell: Terminal) -> None:
    typed = await shell.type_into("extension", "set", "standup", "access_token=-", prompt="Access token: ", text=SECRET)

    assert "access_token: •••" in typed
    assert SECRET not in typed


@pytest.mark.parametrize(
    ("assignment", "trouble"),
    [
        ("nothing=1", "There is: address, access_token, loud."),
        ("loud", "write loud=value"),
        ("loud=perhaps", "loud=on or loud=off"),
        ("address=nonsense", "(setting_invalid)"),
        ("address=@nowhere", "nowhere cannot be read"),
    ],
)
async def test_what_cannot_be_set_is_refused(shell: Terminal, assignment: str, trouble: str) -> None:
    ended = await shell.run("extension", "set", "standup", assignment, "--json")

    assert (ended.code, ended.out) == (2, "")
    assert trouble in ended.err


async def test_an_extension_without_settings_says_so(world: World) -> None:
    shell = await terminal(world, world.ada)
    await shell.run("extension", "add", str(folder(world, "")))

    ended = await shell.run("extension", "set", "standup", "a=b")

    assert (ended.code, ended.err) == (2, "There is no setting a. It has no settings.\n")


async def test_the_organisation_says_who_may_make_tokens(world: World, shell: Terminal) -> None:
    await world.team(7, world.grace)

    ruled = await shell.run("extension", "allow", "standup", "--who", "teams", "--team", "Team")
    shown = await shell.run("extension", "show", "standup", "--json")
    unknown = await shell.run("extension", "allow", "standup", "--who", "teams", "--team", "Nobodys")
    reset = await shell.run("extension", "allow", "standup", "--reset")

    assert (ruled.code, ruled.out) == (0, "The rule of standup is saved.\n")
    assert shown.json["minters"]["teams"] == ["Team"]
    assert (unknown.code, "(team_not_found)" in unknown.err) == (2, True)
    assert reset.out == "The rule of standup is taken away.\n"


def write(file: Path, text: str) -> None:
    file.write_text(text)
