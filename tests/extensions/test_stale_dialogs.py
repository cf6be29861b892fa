"""What changed while a dialog was open counts: nobody agrees to what is no longer so."""

from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace
from tests.extensions.pressing import button, mine, press_of
from tests.people import Answer
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import Party, PartyKind
from keypost.extensions import consents
from keypost.extensions import service as extensions
from keypost.extensions.model import App

TOKEN = {"title": "Token", "input": {"type": "user_webhook_token"}}
Ask = Callable[[World, App], Awaitable[Answer]]


async def by_button(world: World, app: App) -> Answer:
    return await press_of(world, world.ada, await world.tool(app), button("authentication", TOKEN))


async def by_command(world: World, app: App) -> Answer:
    assert app.extension.manifest.commands
    await world.ada.sign_in()
    return await world.ada.say(world.id_of("#builds"), "/standup")


pytestmark = pytest.mark.parametrize("ask", [by_button, by_command])


async def test_whoever_has_left_the_chat_is_not_asked_there_any_more(world: World, ask: Ask) -> None:
    app = await world.running_extension(consented=False)
    dialog = await ask(world, app)

    ada = Party(PartyKind.PERSON, world.ada.person.id)
    await world.write(chat.remove_member, world.server.chats, world.chat("#builds"), ada)

    await refused(world, app, dialog, "chat_not_found")


async def test_an_extension_that_is_no_longer_installed_is_not_called(world: World, ask: Ask) -> None:
    app = await world.running_extension(consented=False)
    dialog = await ask(world, app)

    await world.write(
        extensions.uninstall, world.server.apps, world.server.register, app.extension, world.ada.person.id
    )

    await refused(world, app, dialog, "extension_disabled")


async def test_a_person_whose_team_lost_the_extension_does_not_call_it(world: World, ask: Ask) -> None:
    team = await world.team(7, world.ada)
    app = await world.running_extension(consented=False, teams=frozenset({team}))
    dialog = await ask(world, app)

    world.server.people.put(replace(world.ada.person, team_ids=frozenset()))

    await refused(world, app, dialog, "extension_disabled")


async def test_an_extension_that_has_moved_is_asked_about_anew(world: World, ask: Ask) -> None:
    app = await world.running_extension(consented=False)
    dialog = await ask(world, app)

    await world.write(
        extensions.save_manifest, world.server.apps, replace(app.extension, source="https://elsewhere.example.net/")
    )

    await refused(world, app, dialog, "dialog_over")


async def refused(world: World, app: App, dialog: Answer, code: str) -> None:
    """Nothing came of the dialog: no call, no token, no consent."""
    before, tokens = world.heard_by(app), await mine(world, world.ada)

    assert dialog.json["kind"] == "dialog"
    assert (await world.ada.accept(dialog.nonce)).refused_with == code
    assert world.heard_by(app) == before
    assert len(await mine(world, world.ada)) == len(tokens)
    assert await world.read(consents.permissions_of, world.ada.person, app.extension) == frozenset()
