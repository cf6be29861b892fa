import pytest
from msgspec.structs import replace
from sqlalchemy import select
from tests.people import Visitor
from tests.world import World

from keypost.caller import Scope
from keypost.db.tables import metadata
from keypost.db.tx import Tx
from keypost.errors import Conflict, Forbidden
from keypost.extensions.model import App
from keypost.tokens import service as tokens
from keypost.tokens import store
from keypost.tokens.model import Token


async def test_a_token_is_a_row_of_its_person_app_and_organisation(world: World) -> None:
    app = await world.extension()

    tool = await world.tool(app, owner=world.grace)

    (token,) = await world.read(tokens.list_mine, world.caller(world.grace))
    assert token == tool.token
    assert (token.org_id, token.owner_id, token.app_id) == (world.org_id, world.grace.person.id, app.id)
    assert token.origin is not None
    assert token.origin.chat_id == world.chat("#builds").id


async def test_the_database_holds_the_digest_and_nothing_of_the_secret(world: World) -> None:
    standup = await world.tool()
    await standup.say("#general", "Hello")

    everything = repr(await world.read(_everything))

    assert repr(world.server.keys.digest(standup.secret)) in everything
    for start in range(0, 48, 8):
        assert standup.secret[4 + start : 12 + start] not in everything


async def test_the_digest_is_useless_with_another_master_key(world: World) -> None:
    standup = await world.tool()
    (world.settings.data / "master.key").write_bytes(bytes(32))

    await world.restart()

    assert (await standup.say("#general", "Hello")).refused_with == "invalid_zapikey"


async def test_the_fifty_first_live_token_of_a_person_is_refused(world: World) -> None:
    app = await world.extension()
    first = await world.write(_mint_many, world, world.ada, app, 50)

    with pytest.raises(Conflict) as refused:
        await world.tool(app)
    assert refused.value.code == "token_limit_exceeded"
    await world.tool(app, owner=world.grace)

    server, ada = world.server, world.caller(world.ada)
    await world.write(tokens.revoke, server.register, server.people, ada, first[0].id)
    await world.tool(app)


async def test_nobody_mints_with_a_credential_that_is_not_for_all_that_a_person_does(world: World) -> None:
    app, server = await world.extension(), world.server
    caller = replace(world.caller(world.ada), scopes=frozenset(Scope) - {Scope.PERSON})

    with pytest.raises(Forbidden) as refused:
        await world.write(tokens.mint, server.register, server.keys, caller, app.id, app.grant, sandbox=False)

    assert refused.value.code == "scope_missing"
    assert await world.read(tokens.list_mine, world.caller(world.ada)) == []


async def test_a_live_token_stays_in_sight_however_many_came_after_it(world: World) -> None:
    old = await world.tool()
    await world.write(_mint_and_revoke, world, world.ada, old.app, store.PAGE + 1)

    mine = await world.read(tokens.list_mine, world.caller(world.ada))
    live = await world.read(tokens.list_live, world.caller(world.ada), old.app.id)

    assert old.token.id in {token.id for token in mine}
    assert [token.id for token in live] == [old.token.id]


async def test_a_mint_that_is_rolled_back_leaves_no_token_in_memory(world: World) -> None:
    app = await world.extension()
    minted: list[str] = []

    def mint_and_fail(tx: Tx) -> None:
        caller, server = world.caller(world.ada), world.server
        _, text = tokens.mint(tx, server.register, server.keys, caller, app.id, app.grant, sandbox=False)
        minted.append(text.reveal())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await world.write(mint_and_fail)

    answer = await world.stranger.post(
        "/api/v2/channelsbyname/general/message", {"text": "Hello"}, [("X-Keypost-Token", minted[0])]
    )
    assert answer.refused_with == "invalid_zapikey"


def _everything(tx: Tx) -> list[object]:
    return [tuple(row) for table in metadata.sorted_tables for row in tx.all(select(table))]


def _mint_many(tx: Tx, world: World, who: Visitor, app: App, count: int) -> list[Token]:
    server, caller = world.server, world.caller(who)
    return [
        tokens.mint(tx, server.register, server.keys, caller, app.id, app.grant, sandbox=False)[0] for _ in range(count)
    ]


def _mint_and_revoke(tx: Tx, world: World, who: Visitor, app: App, count: int) -> None:
    for _ in range(count):
        (token,) = _mint_many(tx, world, who, app, 1)
        tokens.revoke(tx, world.server.register, world.server.people, world.caller(who), token.id)
