"""What may change of a token after it was made: what its owner chose, what it serves; and who may end it."""

import pytest
from tests.people import Tool, Visitor
from tests.world import World

from keypost.clock import DAY_MS
from keypost.errors import Conflict, Forbidden, NotFound
from keypost.events import service as events
from keypost.events.model import Kind
from keypost.tokens import service as tokens
from keypost.tokens.model import Token
from keypost_sdk.content import Served

CHOSEN = {"events": ["push"], "edits": True}
SERVED = [Served(name="a", address="https://example.com/a"), Served(name="b")]


async def test_a_token_is_minted_with_what_its_owner_chose(world: World) -> None:
    app, server = await world.extension(), world.server

    token, _ = await world.write(
        tokens.mint,
        server.register,
        server.keys,
        world.caller(world.ada),
        app.id,
        app.grant,
        sandbox=False,
        settings=CHOSEN,
    )

    assert token.settings == CHOSEN
    assert await stored(world, token) == token


async def test_what_is_chosen_and_served_is_kept_and_told_to_its_owner(world: World) -> None:
    standup = await world.tool()
    before = await newest(world)

    await choose(world, standup, world.ada)
    await serve(world, standup)

    token = await stored(world, standup.token)
    assert (token.settings, token.serves) == (CHOSEN, tuple(SERVED))
    assert world.server.register.find_by_id(token.org_id, token.id) == token
    happened = await world.read(events.list_after, world.org_id, before)
    assert [(event.kind, event.subject_id, event.person_id) for event in happened] == [
        (Kind.TOKEN_CHANGED, token.id, world.ada.person.id)
    ] * 2


async def test_what_ended_meanwhile_is_not_ended_again_by_who_knew_it_before(world: World) -> None:
    standup = await world.tool()
    await world.revoke(standup)
    world.clock.move(DAY_MS)

    await world.write(tokens.end_all, world.server.register, [standup.token], tokens.DEPARTED)

    token = await stored(world, standup.token)
    assert (token.revoked_at, token.revoked_reason) == (world.clock.now - DAY_MS, "revoked by its owner")


async def test_tokens_that_time_ended_are_listed_behind_those_that_go_on(world: World) -> None:
    by_hand = await world.tool(origin=None)
    old = await world.tool(by_hand.app)
    new = await world.tool(by_hand.app)
    await world.write(tokens.replace_live, world.server.register, new.token)
    before = await world.read(tokens.list_mine, world.caller(world.ada))

    world.clock.move(DAY_MS)

    after = await world.read(tokens.list_mine, world.caller(world.ada))
    assert [token.id for token in before] == [tool.token.id for tool in (new, old, by_hand)]
    assert [token.id for token in after] == [tool.token.id for tool in (new, by_hand, old)]


async def test_a_change_of_nothing_is_no_event(world: World) -> None:
    standup = await world.tool()
    await choose(world, standup, world.ada)
    await serve(world, standup)
    before = await newest(world)

    await choose(world, standup, world.ada)
    await serve(world, standup)

    assert await newest(world) == before


async def test_what_changed_survives_a_restart_and_the_end(world: World) -> None:
    standup = await world.tool()
    await choose(world, standup, world.ada)
    await serve(world, standup)
    await world.revoke(standup)

    await world.restart()

    token = world.server.register.find_by_id(world.org_id, standup.token.id)
    assert token is not None
    assert (token.settings, token.serves, token.revoked_reason) == (CHOSEN, tuple(SERVED), "revoked by its owner")


async def test_nobody_chooses_for_another_also_no_admin(world: World) -> None:
    graces = await world.tool(owner=world.grace)

    for who in (world.ada, world.alan, await world.foreigner()):
        with pytest.raises(NotFound) as refused:
            await choose(world, graces, who)
        assert refused.value.code == "token_not_found"


async def test_nothing_is_chosen_for_a_token_that_has_ended(world: World) -> None:
    standup = await world.tool()
    await world.revoke(standup)

    with pytest.raises(Conflict) as refused:
        await choose(world, standup, world.ada)

    assert refused.value.code == "token_over"


async def test_an_admin_sees_and_ends_anybodys_token(world: World) -> None:
    graces = await world.tool(owner=world.grace)

    await world.revoke(graces, by=world.ada)

    token = await stored(world, graces.token)
    assert token.revoked_reason == "revoked by an admin"
    assert (await graces.say("#general", "Still here?")).refused_with == "invalid_zapikey"


async def test_an_admins_own_token_is_revoked_by_its_owner(world: World) -> None:
    standup = await world.tool()

    await world.revoke(standup, by=world.ada)

    assert (await stored(world, standup.token)).revoked_reason == "revoked by its owner"


async def test_nobody_else_sees_or_ends_it(world: World) -> None:
    graces = await world.tool(owner=world.grace)

    for who in (world.alan, await world.foreigner()):
        with pytest.raises(NotFound):
            await world.revoke(graces, by=who)
        with pytest.raises(NotFound):
            await world.read(tokens.get_visible, world.server.people, world.caller(who), graces.token.id)


async def test_an_admin_lists_everybodys_tokens_live_ones_first_and_others_do_not(world: World) -> None:
    first, second, third = [await world.tool(owner=who) for who in (world.ada, world.grace, world.alan)]
    foreigner = await world.foreigner()
    await world.tool(await world.extension(owner=foreigner), owner=foreigner, origin=None)
    await world.revoke(third, by=world.alan)

    listed = await world.read(tokens.list_all_of_org, world.server.people, world.caller(world.ada))

    assert [token.id for token in listed] == [second.token.id, first.token.id, third.token.id]
    with pytest.raises(Forbidden) as refused:
        await world.read(tokens.list_all_of_org, world.server.people, world.caller(world.grace))
    assert refused.value.code == "admin_needed"


async def test_ending_what_has_ended_changes_nothing_of_it(world: World) -> None:
    old, new = await world.tool(), await world.tool()
    await world.write(tokens.replace_live, world.server.register, new.token)
    world.clock.move(DAY_MS)
    await world.told(old.app)
    before = await stored(world, old.token)

    await world.revoke(old)

    assert await stored(world, old.token) == before
    assert (before.reason, before.ended_at(world.clock.now)) == ("replaced by a newer token", world.clock.now)


async def choose(world: World, tool: Tool, who: Visitor) -> Token:
    return await world.write(tokens.set_settings, world.server.register, world.caller(who), tool.token.id, CHOSEN)


async def serve(world: World, tool: Tool) -> None:
    await world.write(tokens.set_serves, world.server.register, tool.token.org_id, tool.token.id, SERVED)


async def stored(world: World, token: Token) -> Token:
    found = await world.read(tokens.find, token.org_id, token.id)
    assert found is not None
    return found


async def newest(world: World) -> int:
    return await world.read(events.last_number, world.org_id)
