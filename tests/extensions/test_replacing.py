"""A new token takes the place of those before it: never of a newer one, never of one that was made by hand."""

import asyncio

import pytest
from tests.extensions.pressing import accepted, can_post, mine, pressed
from tests.people import Tool
from tests.world import World

from keypost.extensions import dialogs, outcomes
from keypost.extensions.begun import Begun, Given
from keypost.extensions.model import App
from keypost.ids import TokenId, show_token
from keypost.tokens import service as tokens
from keypost.tokens.model import Origin


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["older first", "newer first"])
async def test_of_two_tokens_made_side_by_side_the_newer_stays_whichever_is_answered_last(
    world: World, order: tuple[int, int]
) -> None:
    app = await world.running_extension()
    await accepted(world, world.ada)
    begun = [await asked_to_replace(world) for _ in range(2)]

    for index in order:
        await outcomes.run(world.server.desk, begun[index])

    newest = begun[1].minted
    assert newest is not None
    assert await live(world, app) == [newest.token.id]
    assert await can_post(world, newest.secret.reveal())
    # The others go on for a day, so that nothing posts into the void.
    assert [token.expires_at for token in await mine(world, world.ada)] == [
        None,
        *[world.clock.now + tokens.REPLACED_LIFE_MS] * 2,
    ]


async def test_two_dialogs_that_are_answered_at_the_same_moment_leave_the_newer_token(world: World) -> None:
    app = await world.running_extension()
    asked = [await pressed(world, world.ada) for _ in range(2)]

    done = await asyncio.gather(*[world.ada.accept(dialog.nonce, "replace") for dialog in asked])

    assert [answer.status for answer in done] == [200, 200]
    assert await live(world, app) == [max(token.id for token in await mine(world, world.ada))]


async def test_the_function_is_told_which_tokens_the_new_one_takes_the_place_of(world: World) -> None:
    app = await world.running_extension()
    await made_by_hand(world, app, has_place=True)
    await accepted(world, world.ada)
    first = (await live(world, app))[0]

    await world.ada.accept((await pressed(world, world.ada)).nonce, "add")
    second = (await live(world, app))[0]
    await world.ada.accept((await pressed(world, world.ada)).nonce, "replace")

    told = [call["replaces"] for call in world.heard_by(app) if call["kind"] == "function"]
    assert told == [[], [], [show_token(second), show_token(first)]]


@pytest.mark.parametrize("has_place", [True, False])
async def test_a_token_made_by_hand_is_neither_offered_for_replacement_nor_ended(
    world: World, *, has_place: bool
) -> None:
    by_hand = await made_by_hand(world, await world.running_extension(), has_place=has_place)

    dialog = await pressed(world, world.ada)
    await world.ada.accept(dialog.nonce, "replace")

    assert 'value="replace"' not in dialog.json["html"]
    assert (await by_hand.say("#general", "Still here")).status == 204
    assert [token.expires_at for token in await mine(world, world.ada)] == [None, None]


async def test_beside_a_token_made_by_hand_the_one_of_the_button_is_replaced(world: World) -> None:
    app = await world.running_extension()
    by_hand = await made_by_hand(world, app, has_place=True)
    await accepted(world, world.ada)
    (replaceable,) = await live(world, app)

    dialog = await pressed(world, world.ada)
    await world.ada.accept(dialog.nonce, "replace")

    html = dialog.json["html"]
    assert 'value="replace"' in html
    assert f"tok_{by_hand.token.id}" not in html
    ended = [token.id for token in await mine(world, world.ada) if token.expires_at is not None]
    assert ended == [replaceable]


async def asked_to_replace(world: World) -> Begun:
    """Ada has answered a dialog with "replace", and the call of the function may leave."""
    dialog, desk = await pressed(world, world.ada), world.server.desk
    return await world.write(dialogs.accept, desk, world.caller(world.ada), dialog.nonce, Given(replaces=True), "")


async def made_by_hand(world: World, app: App, *, has_place: bool) -> Tool:
    token, secret = await world.write(
        tokens.mint,
        world.server.register,
        world.server.keys,
        world.caller(world.ada),
        app.id,
        app.grant,
        sandbox=False,
        origin=Origin(chat_id=world.chat("#builds").id) if has_place else None,
    )
    return world._known(Tool(world.base, token, secret.reveal(), app))


async def live(world: World, app: App) -> list[TokenId]:
    """Those that a new token of Ada could replace."""
    return [token.id for token in await world.read(tokens.list_live, world.caller(world.ada), app.id)]
