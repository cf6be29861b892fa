"""Whom a bot reaches, read page by page by an admin's program."""

from msgspec import structs
from tests.people import Answer, Program
from tests.webhooks.test_bots import posted
from tests.world import World

from keypost.caller import Scope
from keypost.db.tx import Tx
from keypost.ids import PersonId
from keypost.people import service as people
from keypost.people.model import Person


async def test_everybody_whom_the_extension_serves_is_there_as_the_wire_has_it(world: World) -> None:
    team = await world.team(7, world.ada, world.grace)
    app = await world.extension(teams=frozenset({team}))
    program = await world.program(world.ada)

    answer = await read(program, "standup", f"appkey={app.appkey}")

    assert answer.json == {
        "url": "/api/v2/bots/standup/subscribers",
        "type": "bot_subscriber",
        "data": [
            {"email_id": who.person.email, "user_id": str(who.person.id), "name": who.person.name}
            for who in (world.ada, world.grace)
        ],
        "sync_token": answer.json["sync_token"],
    }


async def test_a_bot_of_the_organisation_has_those_who_know_it(world: World) -> None:
    program = await world.program(world.ada)
    before = await read(program, "buildbot", v3=True)

    await posted(await world.tool(owner=world.grace), {"text": "Hello"}, bot="buildbot", appkey="")
    after = await read(program, "buildbot", v3=True)

    assert (names(before), names(after)) == ([], ["Grace Hopper"])


async def test_pages_miss_nobody_and_show_nobody_twice_whoever_comes_and_goes(world: World) -> None:
    app = await world.extension()
    program, key = await world.program(world.ada), f"appkey={app.appkey}&limit=1"

    first = await read(program, "standup", key)
    await world.deactivate(world.grace)
    await world.write(add_edsger, world)
    await world.restart()
    second = await read(program, "standup", f"{key}&next_token={first.json['next_token']}")
    third = await read(program, "standup", f"{key}&next_token={second.json['next_token']}")

    assert names(first) + names(second) + names(third) == ["Ada Lovelace", "Alan Turing", "Edsger Dijkstra"]
    assert "next_token" not in third.json
    assert third.json["sync_token"] == first.json["sync_token"]


async def test_who_comes_back_gets_nobody_if_nothing_has_changed_and_else_everybody(world: World) -> None:
    app = await world.extension()
    program, key = await world.program(world.ada), f"appkey={app.appkey}"
    token = (await read(program, "standup", key)).json["sync_token"]

    same = await read(program, "standup", f"{key}&sync_token={token}")
    await world.deactivate(world.grace)
    changed = await read(program, "standup", f"{key}&sync_token={token}")
    unknown = await read(program, "standup", f"{key}&sync_token=x")

    assert (names(same), same.json["sync_token"]) == ([], token)
    assert names(changed) == names(unknown) == ["Ada Lovelace", "Alan Turing"]
    assert changed.json["sync_token"] != token


async def test_it_is_for_admins_and_wants_the_bots_key(world: World) -> None:
    app = await world.extension()
    adas, graces = await world.program(world.ada), await world.program(world.grace)
    reader, tool = await world.program(world.ada, Scope.READ), await world.tool(app)
    key = f"appkey={app.appkey}"

    codes = {
        "a member": (await read(graces, "standup", key)).refused_with,
        "a reader": (await read(reader, "standup", key)).refused_with,
        "no key": (await read(adas, "standup")).refused_with,
        "no bot": (await read(adas, "nobody")).refused_with,
        "a limit of nothing": (await read(adas, "standup", f"{key}&limit=0")).refused_with,
        "too many": (await read(adas, "standup", f"{key}&limit=101")).refused_with,
        "a token of nobody's": (await read(adas, "standup", f"{key}&next_token=%C3%A9")).refused_with,
        "half a token": (await read(adas, "standup", f"{key}&next_token=e30=")).refused_with,
        "an extension": (await tool.get("/api/v2/bots/standup/subscribers")).refused_with,
    }

    assert codes == {
        "a member": "admin_needed",
        "a reader": "scope_missing",
        "no key": "param_missing",
        "no bot": "bot_not_found",
        "a limit of nothing": "invalid_inputs",
        "too many": "invalid_inputs",
        "a token of nobody's": "invalid_inputs",
        "half a token": "invalid_inputs",
        "an extension": "oauthtoken_invalid",
    }


async def read(program: Program, bot: str, query: str = "", *, v3: bool = False) -> Answer:
    path = f"/api/{'v3' if v3 else 'v2'}/bots/{bot}/subscribers?{query}"
    return await program.get(path, [("Authorization", f"Bearer {program.api_token}")])


def names(answer: Answer) -> list[str]:
    return [entry["name"] for entry in answer.json["data"]]


def add_edsger(tx: Tx, world: World) -> Person:
    edsger = structs.replace(
        world.alan.person,
        id=PersonId(tx.new_id()),
        email="edsger@example.com",
        first_name="Edsger",
        last_name="Dijkstra",
    )
    return people.add_person(tx, world.server.people, edsger)
