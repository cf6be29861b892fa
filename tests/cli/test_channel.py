import pytest
from tests.cli.terminal import terminal
from tests.world import World

from keypost.caller import Scope


async def test_an_admin_lists_every_channel(world: World) -> None:
    shell = await terminal(world, world.ada)

    listed = await shell.run("channel", "list")
    as_json = await shell.run("channel", "list", "--json")

    assert (listed.code, listed.err) == (0, "")
    assert [line.split()[0] for line in listed.out.splitlines()] == ["NAME", "builds", "general"]
    assert world.id_of("#builds") in listed.out
    assert [channel["unique_name"] for channel in as_json.json["channels"]] == ["builds", "general"]


async def test_a_channel_is_shown_with_who_takes_part(world: World) -> None:
    shell = await terminal(world, world.grace, Scope.READ)

    shown = await shell.run("channel", "show", "#builds")
    as_json = await shell.run("channel", "show", "builds", "--json")

    assert "2 people, 1 bot: Build Bot, Ada Lovelace, Grace Hopper" in shown.out
    assert as_json.json["chat_id"] == world.id_of("#builds")


async def test_somebody_joins_a_new_channel_and_leaves_it(world: World) -> None:
    shell, alans = await terminal(world, world.ada), await terminal(world, world.alan)

    made = await shell.run("channel", "add", "night-shift", "--title", "Night shift", "--json")
    joined = await shell.run("channel", "join", "night-shift", "--person", "alan@example.com")
    mine = await alans.run("channel", "list")
    left = await alans.run("channel", "leave", "night-shift")
    mine_then = await alans.run("channel", "list")

    assert (made.code, made.json["title"]) == (0, "Night shift")
    assert "Ada Lovelace, Alan Turing" in joined.out
    assert "night-shift" in mine.out
    assert left.out == "You left #night-shift.\n"
    assert "night-shift" not in mine_then.out


async def test_who_never_took_part_did_not_leave(world: World) -> None:
    shell, alans = await terminal(world, world.ada), await terminal(world, world.alan)

    ended = await shell.run("channel", "leave", "builds", "--person", "alan@example.com")
    own = await alans.run("channel", "leave", "builds")

    assert (ended.code, ended.out, ended.err) == (2, "", "alan@example.com does not take part in #builds.\n")
    assert (own.code, own.out) == (2, "")
    assert "You do not take part in #builds." in own.err


async def test_whoever_takes_part_is_taken_out(world: World) -> None:
    shell = await terminal(world, world.ada)

    ended = await shell.run("channel", "leave", "builds", "--person", "grace@example.com")
    shown = await shell.run("channel", "show", "builds")

    assert ended.out == "grace@example.com left #builds.\n"
    assert "Grace" not in shown.out


async def test_a_renamed_channel_is_found_by_its_new_name_alone(world: World) -> None:
    shell, standup = await terminal(world, world.ada), await world.tool()
    await standup.say("#builds", "Before")

    renamed = await shell.run("channel", "rename", "#builds", "ci", "--json")
    older, newer = await standup.say("#builds", "After"), await standup.say("#ci", "After")
    taken = await shell.run("channel", "rename", "ci", "general")
    again = await shell.run("channel", "rename", "ci", "ci")
    await shell.run("channel", "add", "builds")
    await world.restart()

    assert (renamed.json["unique_name"], renamed.json["title"]) == ("ci", "ci")
    assert (older.refused_with, newer.status) == ("channel_not_found", 204)
    assert "(channel_already_exists)" in taken.err
    assert again.code == 0
    assert await world.texts_in("#ci") == ["Before", "After"]
    assert await world.texts_in("#builds") == []


async def test_an_admin_joins_without_being_named(world: World) -> None:
    await world.channel("alone", world.alan)
    shell = await terminal(world, world.ada)

    joined = await shell.run("channel", "join", "alone", "--json")

    assert {member["name"] for member in joined.json["members"]} == {"Ada Lovelace", "Alan Turing"}


@pytest.mark.parametrize(
    ("arguments", "trouble"),
    [
        (("add", "general"), "(channel_already_exists)"),
        (("add", "Night Shift"), "(channel_name_invalid)"),
        (("show", "bilds"), "There is: builds, general. (channel_not_found)"),
        (("join", "bilds"), "There is: builds, general. (channel_not_found)"),
        (("leave", "bilds"), "There is: builds, general. (channel_not_found)"),
        (("join", "general", "--person", "nobody"), "(person_not_found)"),
    ],
)
async def test_what_the_server_refuses_is_said_with_its_code(
    world: World, arguments: tuple[str, ...], trouble: str
) -> None:
    shell = await terminal(world, world.ada)

    ended = await shell.run("channel", *arguments)

    assert (ended.code, ended.out) == (2, "")
    assert trouble in ended.err


async def test_only_an_admin_lets_others_in(world: World) -> None:
    shell = await terminal(world, world.grace)

    ended = await shell.run("channel", "join", "builds", "--person", "alan@example.com", "--json")

    assert (ended.code, ended.out) == (2, "")
    assert "(admin_needed)" in ended.err
