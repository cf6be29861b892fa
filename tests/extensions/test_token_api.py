"""Tokens as programs see them: their own person's; with an admin's credential everybody's."""

from typing import Any

import pytest
from msgspec import structs
from tests.people import Answer
from tests.world import World

from keypost.caller import Scope
from keypost.clock import DAY_MS, HOUR_MS
from keypost.db.tx import Tx
from keypost.extensions.manifest import Option, TokenRequest, TokenSetting
from keypost.ids import PersonId, show_token
from keypost.people import service as people
from keypost.people.model import Person
from keypost.tokens import service as tokens
from keypost_sdk.content import Served

EVENTS = TokenSetting(
    name="events", title="Events", type="choices", default=("push",), options=(Option("push", "Push"),)
)


async def test_a_token_is_shown_with_everything_but_its_secret(world: World) -> None:
    app = await world.extension(token=TokenRequest(settings=(EVENTS,)))
    standup = await world.tool(app, owner=world.grace)
    served = [Served(name="a", address="https://example.com/a"), Served(name="b")]
    await world.write(tokens.set_serves, world.server.register, world.org_id, standup.token.id, served)
    await standup.say("#general", "Hello")
    program = await world.program(world.grace)

    answer = await program.call("GET", f"/tokens/{show_token(standup.token.id)}")

    grace = world.grace.person
    at = moment(answer, "created_at")
    assert answer.json == {
        "id": show_token(standup.token.id),
        "extension": "standup",
        "app_id": str(app.id),
        "sandbox": False,
        "owner": {"id": str(grace.id), "name": "Grace Hopper", "email": "grace@example.com"},
        "place": "#builds",
        "verbs": ["incoming", "post"],
        "posts_per_minute": None,
        "state": "live",
        "created_at": at,
        "expires_at": None,
        "revoked_at": None,
        "revoked_reason": None,
        "last_used_at": at,
        "settings": {"events": ["push"]},
        "serves": [{"name": "a", "address": "https://example.com/a"}, {"name": "b"}],
    }
    assert standup.secret not in answer.text


async def test_one_lists_ones_own_and_an_admin_everybodys(world: World) -> None:
    adas, graces = await world.tool(owner=world.ada), await world.tool(owner=world.grace)
    admin, member = await world.program(world.ada), await world.program(world.grace)

    lists = [
        await admin.call("GET", "/tokens"),
        await admin.call("GET", "/tokens?all=true"),
        await member.call("GET", "/tokens?all=false"),
    ]
    refused = await member.call("GET", "/tokens?all=true")

    shown = [[token["id"] for token in answer.json["tokens"]] for answer in lists]
    ada, grace = show_token(adas.token.id), show_token(graces.token.id)
    assert shown == [[ada], [grace, ada], [grace]]
    assert (refused.status, refused.refused_with) == (403, "admin_needed")


async def test_the_scope_admin_is_needed_beside_the_role(world: World) -> None:
    graces = await world.tool(owner=world.grace)
    program = await world.program(world.ada, Scope.PERSON)

    listed = await program.call("GET", "/tokens?all=true")
    revoked = await program.call("POST", f"/tokens/{show_token(graces.token.id)}/revoke")

    assert (listed.status, listed.refused_with) == (403, "scope_missing")
    assert (revoked.status, revoked.refused_with) == (404, "token_not_found")


async def test_without_the_scope_of_a_person_nothing_is_shown(world: World) -> None:
    standup = await world.tool(owner=world.grace)
    program = await world.program(world.grace, Scope.POST, Scope.READ, Scope.OPERATOR)

    answers = [
        await program.call("GET", "/tokens"),
        await program.call("GET", f"/tokens/{show_token(standup.token.id)}"),
        await program.call("POST", f"/tokens/{show_token(standup.token.id)}/revoke"),
    ]

    assert [(answer.status, answer.refused_with) for answer in answers] == [(403, "scope_missing")] * 3
    assert (await standup.say("#general", "Still here")).status == 204


async def test_revoking_answers_the_token_as_it_is_now_and_twice_the_same(world: World) -> None:
    graces = await world.tool(owner=world.grace)
    path = f"/tokens/{show_token(graces.token.id)}/revoke"
    admin, member = await world.program(world.ada), await world.program(world.grace)

    first = await admin.call("POST", path)
    world.clock.move(HOUR_MS)
    second = await member.call("POST", path)

    assert (first.json["state"], first.json["revoked_reason"]) == ("over", "revoked by an admin")
    assert second.json == first.json
    assert (await graces.say("#general", "Hello?")).refused_with == "invalid_zapikey"


async def test_a_token_that_was_replaced_says_until_when_and_why(world: World) -> None:
    old, new = await world.tool(), await world.tool()
    await world.write(tokens.replace_live, world.server.register, new.token)
    program = await world.program(world.ada)

    ends = (await program.call("GET", f"/tokens/{show_token(old.token.id)}")).json
    world.clock.move(DAY_MS)
    over = (await program.call("GET", f"/tokens/{show_token(old.token.id)}")).json

    assert (ends["state"], over["state"]) == ("ends", "over")
    assert ends["expires_at"] == over["expires_at"]
    assert ends["revoked_reason"] == "replaced by a newer token"


@pytest.mark.parametrize("shown", ["tok_1", "tok_", "1", "x", "tok_99999999999999999999"])
async def test_a_token_that_is_not_there_is_not_found(world: World, shown: str) -> None:
    program = await world.program(world.ada)

    answers = [await program.call("GET", f"/tokens/{shown}"), await program.call("POST", f"/tokens/{shown}/revoke")]

    assert [(answer.status, answer.refused_with) for answer in answers] == [(404, "token_not_found")] * 2


async def test_all_is_true_or_false(world: World) -> None:
    program = await world.program(world.ada)

    assert (await program.call("GET", "/tokens?all=1")).refused_with == "invalid_inputs"


async def test_a_token_without_an_origin_speaks_in_the_chat_with_the_bot(world: World) -> None:
    standup = await world.tool(origin=None)
    program = await world.program(world.ada)

    answer = await program.call("GET", f"/tokens/{show_token(standup.token.id)}")

    assert answer.json["place"] is None


async def test_an_admin_does_not_read_who_talks_with_whom(world: World) -> None:
    adas = await world.tool(owner=world.ada, origin="direct")
    path = f"/tokens/{show_token(adas.token.id)}"
    admin = await world.program(await world.visitor(await world.write(add_admin, world)))

    shown = (await admin.call("GET", path)).json
    to_ada = (await (await world.program(world.ada)).call("GET", path)).json

    assert (shown["place"], to_ada["place"]) == ("a direct chat", "Ada and Grace")


def add_admin(tx: Tx, world: World) -> Person:
    admin = structs.replace(world.ada.person, id=PersonId(tx.new_id()), email="charles@example.com")
    return people.add_person(tx, world.server.people, admin)


def moment(answer: Answer, name: str) -> Any:
    text = answer.json[name]
    assert text.endswith("+00:00")
    return text
