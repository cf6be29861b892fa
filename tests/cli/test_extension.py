import pytest
from tests.cli.folders import folder, replace_in
from tests.cli.terminal import terminal
from tests.world import World

from keypost.caller import Scope


async def test_a_folder_is_added_answers_and_is_removed(world: World) -> None:
    shell = await terminal(world, world.ada)
    await world.ada.sign_in()

    added = await shell.run("extension", "add", str(folder(world)))
    listed = await shell.run("extension", "list")
    said = await world.ada.say(world.id_of("#builds"), "/standup")
    removed = await shell.run("extension", "remove", "standup")
    listed_then = await shell.run("extension", "list")

    assert (added.code, added.err) == (0, "")
    assert "/api/v2/applications/" in added.out
    assert listed.out.splitlines()[1].startswith("standup  Standup")
    assert said.status == 200, said.text
    assert len(await world.texts_in("#builds")) == 1
    assert removed.out == "standup is removed.\n"
    assert "not installed" in listed_then.out


async def test_what_is_added_again_is_brought_up_and_keeps_its_settings(world: World) -> None:
    shell, made = await terminal(world, world.ada), folder(world)
    before = await shell.run("extension", "add", str(made), "--json")
    await shell.run("extension", "set", "standup", "loud=on")
    replace_in(made / "extension.toml", 'title = "Standup"', 'title = "Daily standup"\nversion = "1.1"')

    after = await shell.run("extension", "add", str(made), "--json")
    shown = await shell.run("extension", "show", "standup")

    assert (after.json["title"], after.json["version"]) == ("Daily standup", "1.1")
    assert after.json["apps"] == before.json["apps"]
    assert [setting["value"] for setting in after.json["settings"]] == [None, None, True]
    assert "Daily standup 1.1" in shown.out


async def test_one_that_runs_elsewhere_is_added_by_its_address_and_manifest(world: World) -> None:
    shell, made = await terminal(world, world.ada, Scope.ADMIN), folder(world)
    manifest = ("--manifest", str(made / "extension.toml"))

    without = await shell.run("extension", "add", "https://standup.example/")
    added = await shell.run("extension", "add", "https://standup.example/", *manifest, "--json")
    not_by_folder = await shell.run("extension", "add", str(made))

    assert without.code == 2
    assert "--manifest" in without.err
    assert (added.code, added.json["is_local"]) == (0, False)
    assert "(scope_missing)" in not_by_folder.err


@pytest.mark.parametrize(
    ("before", "after", "trouble"),
    [
        ('title = "Standup"', "", "title is missing"),
        ('title = "Standup"', 'title = "', "is not TOML"),
        ('name = "standup"\ntitle', 'name = "Standup!"\ntitle', "name"),
    ],
)
async def test_a_manifest_that_is_wrong_is_refused_by_its_path(
    world: World, before: str, after: str, trouble: str
) -> None:
    shell, made = await terminal(world, world.ada), folder(world)
    replace_in(made / "extension.toml", before, after)

    ended = await shell.run("extension", "add", str(made), "--json")

    assert (ended.code, ended.out) == (2, "")
    assert trouble in ended.err


async def test_a_folder_without_a_manifest_is_named(world: World) -> None:
    shell = await terminal(world, world.ada)

    ended = await shell.run("extension", "add", "nowhere")

    assert (ended.code, ended.err) == (2, "nowhere/extension.toml cannot be read: No such file or directory\n")


@pytest.mark.parametrize("command", ["show", "remove", "logs", "requests"])
async def test_one_that_is_none_is_told_which_there_are(world: World, command: str) -> None:
    await world.extension("standup")
    shell = await terminal(world, world.ada)

    ended = await shell.run("extension", command, "stndup")

    assert (ended.code, ended.out) == (2, "")
    assert "There is: standup. (extension_not_found)" in ended.err


async def test_only_an_admin_changes_what_there_is(world: World) -> None:
    shell, made = await terminal(world, world.grace), folder(world)
    await world.extension("standup")

    answers = [
        await shell.run("extension", "add", str(made)),
        await shell.run("extension", "remove", "standup"),
        await shell.run("extension", "allow", "standup", "--who", "nobody"),
    ]

    assert [ended.code for ended in answers] == [2] * 3
    assert all("(admin_needed)" in ended.err for ended in answers)
