import pytest
from msgspec.structs import replace
from tests.cli.terminal import terminal
from tests.world import World

from keypost.caller import Scope


async def test_everybody_is_listed(world: World) -> None:
    shell = await terminal(world, world.ada)

    listed = await shell.run("person", "list")
    as_json = await shell.run("person", "list", "--json")

    assert listed.code == 0, listed.err
    assert [line.split()[0] for line in listed.out.splitlines()] == [
        *("E-MAIL", "ada@example.com", "alan@example.com", "grace@example.com")
    ]
    assert [person["role"] for person in as_json.json["persons"]] == ["admin", "member", "member"]
    assert (listed.err, as_json.err) == ("", "")


async def test_who_is_no_admin_is_refused_with_code_and_sentence(world: World) -> None:
    shell = await terminal(world, world.grace)

    ended = await shell.run("person", "list", "--json")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "Only an admin of the organisation may do that. (admin_needed)\n"


async def test_without_a_name_one_sees_oneself(world: World) -> None:
    shell = await terminal(world, world.grace, Scope.READ)

    shown = await shell.run("person", "show")
    as_json = await shell.run("person", "show", "grace@example.com", "--json")

    assert "Grace Hopper" in shown.out
    assert as_json.json["id"] == str(world.grace.person.id)


async def test_somebody_is_added_let_in_and_leaves(world: World) -> None:
    shell = await terminal(world, world.ada)
    name = ("--first-name", "Mary", "--last-name", "Somerville")

    added = await shell.run("person", "add", "mary@example.com", *name, "--role", "guest", "--json")
    link = await shell.run("person", "link", "mary@example.com")
    signed_in = await world.stranger.post(link.out.strip().removeprefix(world.base))
    left = await shell.run("person", "deactivate", "mary@example.com")

    assert (added.code, added.json["role"]) == (0, "guest")
    assert signed_in.status == 303
    assert left.out == "Mary Somerville has left.\n"
    assert (await world.stranger.get("/")).refused_with == "deactivated"
    assert (await shell.run("person", "show", "mary@example.com", "--json")).json["active"] is False


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "ada@example.com", "--first-name", "Another"), "(person_already_exists)"),
        (("show", "nobody@example.com"), "(person_not_found)"),
        (("add", "m@example.com", "--first-name", "M", "--country", "Germany"), "two small letters, such as de"),
        (("add", "m@example.com", "--first-name", "M", "--language", "German"), "two small letters, such as en"),
        (("deactivate", "ada@example.com"), "(last_admin)"),
        (("link", "nobody"), "(person_not_found)"),
    ],
)
async def test_what_the_server_refuses_is_said_with_its_code(
    lasting_world: World, arguments: tuple[str, ...], said: str
) -> None:
    shell = await terminal(lasting_world, lasting_world.ada)

    ended = await shell.run("person", *arguments)

    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


async def test_somebody_who_is_none_is_told_who_there_is(world: World) -> None:
    shell = await terminal(world, world.ada)

    ended = await shell.run("person", "show", "adda@example.com")

    assert "There is: ada@example.com, alan@example.com, grace@example.com. (person_not_found)" in ended.err


async def test_a_name_cannot_command_the_terminal(world: World) -> None:
    """The server refuses such names; an older one may have let some in."""
    world.server.people.put(replace(world.ada.person, first_name="\x1b[2JAda\u202e"))
    shell = await terminal(world, world.ada)

    shown = await shell.run("person", "show")
    as_json = await shell.run("person", "show", "--json")

    assert r"\x1b[2JAda\u202e" in shown.out
    assert not set("\x1b\u202e") & set(shown.out + as_json.out)
    assert as_json.json["first_name"] == "\x1b[2JAda\u202e"
