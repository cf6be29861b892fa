"""Who may press, and what becomes of calls that do not arrive."""

import base64
import json

from tests.extensions.pressing import accepted, can_post, mine, newest, outcomes, pressed, shown_button
from tests.messages.samples import TOKEN_BUTTON
from tests.world import World

from keypost.extensions import dialogs
from keypost.extensions.begun import Given


async def test_an_extension_at_a_private_address_is_not_called_and_leaves_no_token(world: World) -> None:
    await world.extension(address=f"https://127.0.0.1:{world.settings.port}/")
    standup = await world.tool()
    await standup.say("#builds", {"text": "Press it", "buttons": [TOKEN_BUTTON]})
    await world.revoke(standup)
    await world.ada.sign_in()
    dialog = await world.ada.press(world.id_of("#builds"), await newest(world))
    assert "127.0.0.1" in dialog.json["html"]

    done = await world.ada.accept(dialog.nonce)

    assert "could not do that" in done.json["html"]
    assert all(token.revoked_at is not None for token in await mine(world, world.ada))


async def test_a_function_that_nobody_has_is_a_banner_and_no_token(world: World) -> None:
    await world.running_extension()

    answer = await pressed(world, world.ada, "missing")

    assert answer.json["kind"] == "banner"
    assert answer.json["banner"]["status"] == "failure"


async def test_a_person_whose_teams_do_not_have_the_installation_may_not_mint(world: World) -> None:
    team = await world.team(7, world.ada)
    await world.running_extension(teams=frozenset({team}))
    message = await shown_button(world, world.ada)
    await world.grace.sign_in()

    pressed_by_grace = await world.grace.press(world.id_of("#builds"), message)
    command = await world.grace.say(world.id_of("#builds"), "/standup")

    assert pressed_by_grace.json["kind"] == "banner"
    assert command.refused_with == "command_not_found"
    assert (await world.ada.press(world.id_of("#builds"), message)).json["kind"] == "dialog"


async def test_a_button_in_a_chat_of_others_cannot_be_pressed(world: World) -> None:
    await world.running_extension()
    message = await shown_button(world, world.ada)
    await world.alan.sign_in()

    answer = await world.alan.press(world.id_of("#builds"), message)
    elsewhere = await world.alan.press(world.id_of("#general"), message)

    assert answer.refused_with == "chat_not_found"
    assert elsewhere.refused_with == "message_not_found"


async def test_a_call_that_a_crash_cut_off_is_lost_and_its_token_ends_at_the_next_start(world: World) -> None:
    await world.running_extension()
    dialog = await pressed(world, world.ada)
    desk, caller = world.server.desk, world.caller(world.ada)
    begun = await world.write(dialogs.accept, desk, caller, dialog.nonce, Given(), "")  # And then the power goes.
    assert begun.minted is not None
    secret = begun.minted.secret.reveal()
    assert await can_post(world, secret)

    await world.restart()

    assert not await can_post(world, secret)
    assert await world.read(outcomes) == ["answered", "lost"]


async def test_a_call_without_our_signature_is_not_heard(world: World) -> None:
    app = await world.running_extension()
    await accepted(world, world.ada)
    heard = world.heard_by(app)
    address = world.server.supervisor.address(app.extension)
    body = json.dumps({"name": "authentication", "handler": {"type": "button_handler"}, "type": "function"})

    for headers in ({}, {"X-Cliq-Signature": base64.b64encode(bytes(384)).decode()}):
        async with world.ada.session.post(address, data=body, headers=headers) as answer:
            assert answer.status == 401

    assert world.heard_by(app) == heard
