import pytest
from tests.people import Answer, Stream
from tests.world import World

from keypost.caller import Scope
from keypost.chat import channels
from keypost.errors import Forbidden


async def test_an_admin_sees_every_channel(world: World) -> None:
    await world.channel("alone", world.alan)
    program = await world.program(world.ada)

    listed = await program.call("GET", "/channels")
    alone = await program.call("GET", "/channels/alone")

    assert names(listed) == ["alone", "builds", "general"]
    assert members(alone) == ["Alan Turing"]


async def test_others_see_those_they_take_part_in(world: World) -> None:
    program = await world.program(world.alan)

    listed = await program.call("GET", "/channels")
    general = await program.call("GET", "/channels/general")
    builds = await program.call("GET", "/channels/builds")
    nowhere = await program.call("GET", "/channels/nowhere")

    assert names(listed) == ["general"]
    assert members(general) == ["Build Bot", "Ada Lovelace", "Alan Turing", "Grace Hopper"]
    assert general.json["chat_id"] == world.id_of("#general")
    assert (builds.refused_with, nowhere.refused_with) == ("channel_access_denied", "channel_not_found")


async def test_an_admin_without_the_scope_sees_what_others_see(world: World) -> None:
    await world.channel("alone", world.alan)
    program = await world.program(world.ada, Scope.READ)

    listed = await program.call("GET", "/channels")
    alone = await program.call("GET", "/channels/alone")

    assert names(listed) == ["builds", "general"]
    assert alone.refused_with == "channel_access_denied"


async def test_nobody_sees_channels_of_another_organisation(world: World) -> None:
    await world.channel("secrets", world.ada)
    program = await world.program(await world.foreigner())

    listed = await program.call("GET", "/channels")
    secrets = await program.call("GET", "/channels/secrets")

    assert names(listed) == ["general"]
    assert members(await program.call("GET", "/channels/general")) == ["Ada Lovelace"]
    assert secrets.refused_with == "channel_not_found"


async def test_a_new_channel_has_its_maker_in_it(world: World) -> None:
    program = await world.program(world.ada)

    made = await program.call("POST", "/channels", {"unique_name": "night-shift", "title": "Night  shift"})

    assert made.json["title"] == "Night shift"
    assert members(made) == ["Ada Lovelace"]
    await world.restart()
    assert (await program.call("GET", "/channels/night-shift")).json == made.json


@pytest.mark.parametrize("name", ["", "-a", "_a", "Night", "a b", "a/b", "#a", "ä", "a" * 61, "a\n", "a\u202e"])
async def test_a_name_that_no_address_can_have_is_refused(lasting_world: World, name: str) -> None:
    program = await lasting_world.program(lasting_world.ada)

    answer = await program.call("POST", "/channels", {"unique_name": name})

    assert (answer.status, answer.refused_with) == (400, "channel_name_invalid")


@pytest.mark.parametrize("title", ["\x1b]0;x\x07", "kpt_" + "a" * 43, "x" * 101])
async def test_a_title_that_cannot_be_shown_is_refused(lasting_world: World, title: str) -> None:
    program = await lasting_world.program(lasting_world.ada)

    answer = await program.call("POST", "/channels", {"unique_name": "titled", "title": title})

    assert answer.status == 400
    assert answer.sentence.startswith("title ")


async def test_a_name_is_given_once(world: World) -> None:
    program = await world.program(world.ada)

    answer = await program.call("POST", "/channels", {"unique_name": "general"})

    assert (answer.status, answer.refused_with) == (409, "channel_already_exists")


async def test_who_joins_may_post_and_read_at_once(world: World) -> None:
    program, alan = await world.program(world.ada), await world.program(world.alan)
    tool = await world.tool(owner=world.alan, origin=None)
    before = await tool.say("#builds", "Too early")

    joined = await program.call("POST", "/channels/builds/members", {"person": "alan@example.com"})
    again = await program.call("POST", "/channels/builds/members", {"person": str(world.alan.person.id)})

    assert before.refused_with == "channel_access_denied"
    assert joined.json == again.json
    assert "Alan Turing" in members(joined)
    assert (await tool.say("#builds", "In time")).status == 204
    assert (await world.alan.read(world.id_of("#builds"))).status == 200
    assert names(await alan.call("GET", "/channels")) == ["builds", "general"]


async def test_who_leaves_loses_everything_at_once(world: World) -> None:
    program = await world.program(world.ada)
    tool = await world.tool(owner=world.grace)
    await world.grace.sign_in()

    async with world.grace.watching() as stream:
        left = await program.call("DELETE", "/channels/builds/members/grace@example.com")
        again = await program.call("DELETE", "/channels/builds/members/grace@example.com")
        await (await world.tool()).say("#builds", "Without Grace")
        await (await world.tool()).say("#general", "With Grace")
        heard = await everything_until(stream, "With Grace")

    builds = world.id_of("#builds")
    assert left.json == again.json
    assert "Grace Hopper" not in members(left)
    assert (await tool.say("#builds", "Once more")).refused_with == "channel_access_denied"
    assert (await world.grace.read(builds)).refused_with == "chat_not_found"
    assert (await world.grace.get(f"/chats/{builds}")).refused_with == "chat_not_found"
    assert "Without Grace" not in heard


async def test_everybody_may_leave_and_an_admin_alone_lets_in(world: World) -> None:
    grace = await world.program(world.grace)

    lets_in = await grace.call("POST", "/channels/builds/members", {"person": "grace@example.com"})
    takes_out = await grace.call("DELETE", "/channels/general/members/alan@example.com")
    makes = await grace.call("POST", "/channels", {"unique_name": "mine"})
    leaves = await grace.call("DELETE", f"/channels/general/members/{world.grace.person.id}")

    assert [answer.refused_with for answer in (lets_in, takes_out, makes)] == ["admin_needed"] * 3
    assert "Grace Hopper" not in members(leaves)


async def test_the_verb_itself_lets_nobody_take_out_others(world: World) -> None:
    """However the person was found: the address of the API alone does not protect it."""
    server, grace, general = world.server, world.caller(world.grace), world.chat("#general")

    with pytest.raises(Forbidden):
        await world.write(channels.leave, server.people, server.chats, grace, general, world.alan.person)


async def test_who_has_left_the_organisation_joins_nothing_and_is_no_member(world: World) -> None:
    program = await world.program(world.ada)
    await program.call("POST", "/persons/alan@example.com/deactivate")

    joins = await program.call("POST", "/channels/builds/members", {"person": "alan@example.com"})
    general = await program.call("GET", "/channels/general")

    assert joins.refused_with == "person_deactivated"
    assert "Alan Turing" not in members(general)


async def test_a_credential_needs_the_scope_for_what_it_does(world: World) -> None:
    only_posts = await world.program(world.ada, Scope.POST)
    only_reads = await world.program(world.grace, Scope.READ)

    answers = [
        await only_posts.call("GET", "/channels"),
        await only_posts.call("GET", "/channels/general"),
        await only_reads.call("DELETE", "/channels/general/members/grace@example.com"),
    ]

    assert [answer.refused_with for answer in answers] == ["scope_missing"] * 3


def names(answer: Answer) -> list[str]:
    return [channel["unique_name"] for channel in answer.json["channels"]]


def members(answer: Answer) -> list[str]:
    return [member["name"] for member in answer.json["members"]]


async def everything_until(stream: Stream, text: str) -> str:
    """What a page hears, up to a message with that text."""
    heard = ""
    while text not in heard:
        happening = await stream.next()
        assert happening is not None
        heard += str(happening.data)
    return heard
