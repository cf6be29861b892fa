import asyncio

import pytest
from msgspec.structs import replace
from tests.world import World

from keypost.caller import Scope
from keypost.clock import HOUR_MS
from keypost.errors import Forbidden
from keypost.ids import PersonId
from keypost.people import administration
from keypost.people import service as people

MARY = {"email": "Mary@Example.com", "first_name": "Mary", "last_name": "Somerville", "role": "guest"}


async def test_a_program_is_told_whose_it_is(world: World) -> None:
    program = await world.program(world.grace, Scope.READ, Scope.POST)

    answer = await program.call("GET", "/me")

    assert answer.json["person"]["email"] == "grace@example.com"
    assert answer.json["organisation"] == {"id": str(world.org_id), "name": "Analytical Engines"}
    assert answer.json["scopes"] == ["messages.read", "post"]


async def test_what_an_admins_program_may_is_what_its_token_says(world: World) -> None:
    program = await world.program(world.ada)

    answer = await program.call("GET", "/me")

    assert answer.json["scopes"] == sorted(Scope)


async def test_the_scope_admin_makes_nobody_an_admin(world: World) -> None:
    program = await world.program(world.grace)

    me = await program.call("GET", "/me")
    answers = [
        await program.call("GET", "/persons"),
        await program.call("GET", "/persons/ada@example.com"),
        await program.call("GET", "/persons/nobody@example.com"),
        await program.call("POST", "/persons", MARY),
        await program.call("POST", f"/persons/{world.grace.person.id}/deactivate"),
        await program.call("POST", "/persons/grace@example.com/sign-in-link"),
    ]

    assert not {"admin", "operator"} & set(me.json["scopes"])
    assert [answer.refused_with for answer in answers] == ["admin_needed"] * len(answers)


async def test_an_admin_without_the_scope_does_nothing_either(world: World) -> None:
    program = await world.program(world.ada, Scope.READ, Scope.PERSON, Scope.POST)

    answer = await program.call("GET", "/persons")

    assert answer.refused_with == "scope_missing"


async def test_everybody_may_see_themselves(world: World) -> None:
    program = await world.program(world.alan, Scope.READ)

    by_email = await program.call("GET", "/persons/Alan@example.com")
    by_id = await program.call("GET", f"/persons/{world.alan.person.id}")

    assert by_email.json == by_id.json
    assert by_id.json["first_name"] == "Alan"


async def test_an_admin_sees_everybody_with_their_teams(world: World) -> None:
    await world.team(7, world.grace)
    program = await world.program(world.ada)

    listed = await program.call("GET", "/persons")

    assert [person["first_name"] for person in listed.json["persons"]] == ["Ada", "Alan", "Grace"]
    assert [person["teams"] for person in listed.json["persons"]] == [[], [], ["Team"]]
    assert [person["role"] for person in listed.json["persons"]] == ["admin", "member", "member"]


async def test_an_admin_sees_nobody_of_another_organisation(world: World) -> None:
    mallory = await world.foreigner()
    program = await world.program(world.ada)

    answers = [
        await program.call("GET", f"/persons/{mallory.person.id}"),
        await program.call("POST", f"/persons/{mallory.person.id}/deactivate"),
        await program.call("POST", f"/persons/{mallory.person.id}/sign-in-link"),
    ]

    assert [answer.refused_with for answer in answers] == ["person_not_found"] * 3


async def test_somebody_new_signs_in_with_a_link(world: World) -> None:
    program = await world.program(world.ada)

    mary = await program.call("POST", "/persons", MARY)
    link = await program.call("POST", "/persons/mary@example.com/sign-in-link")

    address = link.json["address"]
    assert mary.json["email"] == "mary@example.com"
    assert (mary.json["role"], mary.json["active"], mary.json["teams"]) == ("guest", True, [])
    assert address.startswith(f"{world.base}/sign-in/")
    signed_in = await world.stranger.post(address.removeprefix(world.base))
    assert signed_in.status == 303


async def test_who_was_added_is_still_there_after_a_restart(world: World) -> None:
    program = await world.program(world.ada)
    mary = await program.call("POST", "/persons", MARY)

    await world.restart()

    assert (await program.call("GET", "/persons/mary@example.com")).json == mary.json


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@EXAMPLE.COM", "charles@example.com"])
async def test_an_address_belongs_to_one_person(world: World, email: str) -> None:
    program = await world.program(world.ada)
    charles = replace(world.ada.person, id=PersonId(1), email="Charles@Example.com")
    await world.write(people.add_person, world.server.people, charles)

    answer = await program.call("POST", "/persons", MARY | {"email": email})

    assert (answer.status, answer.refused_with) == (409, "person_already_exists")


async def test_an_address_still_belongs_to_who_has_left(world: World) -> None:
    program = await world.program(world.ada)
    await program.call("POST", "/persons/grace@example.com/deactivate")

    answer = await program.call("POST", "/persons", MARY | {"email": "grace@example.com"})

    assert answer.refused_with == "person_already_exists"


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"email": "nobody"}, "invalid_inputs", "email"),
        ({"first_name": ""}, "invalid_inputs", "first_name"),
        ({"first_name": "\x1b[31mMary"}, "invalid_inputs", "first_name"),
        ({"last_name": "\u202eyraM"}, "invalid_inputs", "last_name"),
        ({"last_name": "kps_" + "a" * 43}, "secret_in_message", "last_name"),
        ({"role": "owner"}, "invalid_inputs", "role"),
        ({"timezone": "../../etc/passwd"}, "invalid_inputs", "timezone"),
        ({"country": "Germany"}, "invalid_inputs", "country"),
        ({"nickname": "Mary"}, "invalid_inputs", "nickname"),
    ],
)
async def test_a_person_who_cannot_be_is_refused_by_the_path(
    lasting_world: World, change: dict[str, str], code: str, path: str
) -> None:
    program = await lasting_world.program(lasting_world.ada)

    answer = await program.call("POST", "/persons", MARY | change)

    assert answer.refused_with == code
    assert path in answer.sentence


async def test_who_leaves_loses_everything_at_once(world: World) -> None:
    await world.grace.sign_in()
    programs = [await world.program(world.grace), await world.program(world.grace, Scope.READ)]
    tool = await world.tool(owner=world.grace)
    admin = await world.program(world.ada)
    link = await admin.call("POST", "/persons/grace@example.com/sign-in-link")

    async with world.grace.watching() as stream:
        left = await admin.call("POST", "/persons/grace@example.com/deactivate")
        again = await admin.call("POST", "/persons/grace@example.com/deactivate")
        assert await stream.next() is None

    assert left.json["active"] is again.json["active"] is False
    assert (await world.grace.get("/")).refused_with == "deactivated"
    assert [(await program.call("GET", "/me")).refused_with for program in programs] == ["oauthtoken_invalid"] * 2
    assert (await tool.say("#general", "Am I still here?")).refused_with == "invalid_zapikey"
    assert (await admin.call("POST", "/persons/grace@example.com/sign-in-link")).refused_with == "person_deactivated"
    path = link.json["address"].removeprefix(world.base)
    assert [(await world.grace.send(method, path)).refused_with for method in ("GET", "POST")] == [
        "sign_in_link_over"
    ] * 2
    assert (await world.grace.get("/")).refused_with == "deactivated"


async def test_of_many_who_open_a_link_at_once_one_is_signed_in(world: World) -> None:
    path = await world.grace.sign_in_path()

    answers = await asyncio.gather(*[world.client().post(path) for _ in range(20)])

    assert sorted(answer.status for answer in answers) == [303] + [404] * 19
    assert sum("Set-Cookie" in answer.headers for answer in answers) == 1


async def test_who_leaves_twice_left_the_first_time(world: World) -> None:
    program = await world.program(world.ada)
    await program.call("POST", "/persons/grace@example.com/deactivate")
    left_at = world.clock.now
    world.clock.move(HOUR_MS)

    again = await program.call("POST", "/persons/grace@example.com/deactivate")

    assert again.status == 200
    assert world.server.people.get(world.org_id, world.grace.person.id).deactivated_at == left_at


async def test_an_admin_who_left_while_asking_gets_nothing(world: World) -> None:
    await world.deactivate(world.ada)

    with pytest.raises(Forbidden) as refused:
        administration.list_persons(world.server.people, world.caller(world.ada))

    assert refused.value.code == "admin_needed"


async def test_the_last_admin_cannot_leave(world: World) -> None:
    program = await world.program(world.ada)

    alone = await program.call("POST", "/persons/ada@example.com/deactivate")
    await program.call("POST", "/persons", MARY | {"role": "admin"})
    with_another = await program.call("POST", "/persons/ada@example.com/deactivate")

    assert (alone.status, alone.refused_with) == (409, "last_admin")
    assert with_another.json["active"] is False
