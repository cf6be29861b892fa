"""Personal data goes to an extension whose manifest asks for it, once the person has agreed; they are asked once."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from tests.extensions.pressing import button, mine, newest, press_of
from tests.world import World

from keypost.db.tables import dialogs
from keypost.db.tx import Tx
from keypost.extensions import consents
from keypost.extensions import service as extensions
from keypost.extensions.manifest import Permission
from keypost.extensions.model import App

EVERYTHING = frozenset(Permission)
PERSONAL = ("person", "chat", "message")
TEXT = "Press\n[Press]"
"""The message with the button, as plain text."""
TOKEN = {"title": "Token", "input": {"type": "user_webhook_token"}}


async def test_a_command_asks_first_and_runs_when_the_person_agrees(world: World) -> None:
    app = await world.running_extension(consented=False)
    await world.ada.sign_in()

    asked = await world.ada.say(world.id_of("#builds"), "/standup  tell me")
    before = world.heard_by(app)
    agreed = await world.ada.accept(asked.nonce)
    again = await world.ada.say(world.id_of("#builds"), "/standup")

    assert asked.json["kind"] == "dialog"
    for said in ("Standup</bdi> asks for data of yours", "e-mail", "You are asked this once", "/standup"):
        assert said in asked.json["html"]
    assert before == []
    assert (agreed.json, again.json) == ({"kind": "done"}, {"kind": "posted"})
    first, _ = world.heard_by(app)
    assert (first["arguments"], first["person"], first["chat"]) == (
        "tell me",
        "ada@example.com",
        world.id_of("#builds"),
    )


async def test_a_button_that_asks_nothing_asks_for_consent_once(world: World) -> None:
    app = await world.running_extension(consented=False)
    tool = await world.tool(app)

    asked = await press_of(world, world.ada, tool, button())
    await world.ada.accept(asked.nonce)
    again = await press_of(world, world.ada, tool, button())

    assert "asks for data of yours" in asked.json["html"]
    assert again.json == {"kind": "done"}
    assert [[call[name] for name in PERSONAL] for call in world.heard_by(app)] == [
        ["ada@example.com", world.id_of("#builds"), TEXT]
    ] * 2


async def test_the_question_stands_in_the_buttons_own_dialog(world: World) -> None:
    app = await world.running_extension(consented=False)
    tool = await world.tool(app)

    first = await press_of(world, world.ada, tool, button("authentication", TOKEN))
    await world.ada.accept(first.nonce)
    second = await press_of(world, world.ada, tool, button("authentication", TOKEN))

    assert "It will be told" in first.json["html"]
    assert "It will be able to" in first.json["html"]
    assert "It will be told" not in second.json["html"]
    assert world.heard_by(app)[-1]["person"] == "ada@example.com"


async def test_who_cancels_is_asked_again_and_nothing_went_out(world: World) -> None:
    app = await world.running_extension(consented=False)
    tool = await world.tool(app)

    await press_of(world, world.ada, tool, button())
    again = await press_of(world, world.ada, tool, button())

    assert again.json["kind"] == "dialog"
    assert world.heard_by(app) == []


async def test_each_person_is_asked_and_each_extension_asks(world: World) -> None:
    app, other = await world.running_extension(consented=False), await world.running_extension("retro", consented=False)
    tool, others = await world.tool(app), await world.tool(other)
    await world.ada.accept((await press_of(world, world.ada, tool, button())).nonce)

    by_grace = await press_of(world, world.grace, tool, button())
    by_another = await press_of(world, world.ada, others, button())

    assert (by_grace.json["kind"], by_another.json["kind"]) == ("dialog", "dialog")


async def test_an_extension_that_asks_for_more_later_asks_for_that_alone(world: World) -> None:
    app = await world.running_extension(consented=False, permissions=frozenset({Permission.USER}))
    tool = await world.tool(app)
    await world.ada.accept((await press_of(world, world.ada, tool, button())).nonce)
    assert [world.heard_by(app)[-1][name] for name in PERSONAL] == ["ada@example.com", "", ""]

    await change(world, app, permissions=EVERYTHING)
    asked = await press_of(world, world.ada, tool, button())
    await world.ada.accept(asked.nonce)

    assert "Who you are" not in asked.json["html"]
    assert "Which chat you are in" in asked.json["html"]
    assert [world.heard_by(app)[-1][name] for name in PERSONAL] == ["ada@example.com", world.id_of("#builds"), TEXT]


async def test_what_the_manifest_no_longer_asks_for_no_longer_goes_out(world: World) -> None:
    app = await world.running_extension()
    tool = await world.tool(app)

    await change(world, app, permissions=frozenset({Permission.CHAT}))
    await press_of(world, world.ada, tool, button())

    assert [world.heard_by(app)[-1][name] for name in PERSONAL] == ["", world.id_of("#builds"), ""]


async def test_what_the_manifest_asks_for_since_the_question_was_not_agreed_to(world: World) -> None:
    app = await world.running_extension(consented=False, permissions=frozenset({Permission.USER}))
    tool = await world.tool(app)
    asked = await press_of(world, world.ada, tool, button())

    await change(world, app, permissions=EVERYTHING)
    await world.ada.accept(asked.nonce)

    assert [world.heard_by(app)[-1][name] for name in PERSONAL] == ["ada@example.com", "", ""]
    assert await world.read(consents.missing, world.ada.person, app.extension) == frozenset()
    assert (await press_of(world, world.ada, tool, button())).json["kind"] == "dialog"


async def test_an_extension_that_asks_for_nothing_is_told_who_it_was_by_number_alone(world: World) -> None:
    app = await world.running_extension(permissions=frozenset())
    tool = await world.tool(app)

    answer = await press_of(world, world.ada, tool, button())
    await world.ada.say(world.id_of("#builds"), "/standup")

    assert answer.json == {"kind": "done"}
    pressed, typed = world.heard_by(app)
    assert [pressed[name] for name in PERSONAL] == ["", "", ""]
    assert [typed["person"], typed["chat"]] == ["", ""]
    assert pressed["access"][:2] == [str(world.ada.person.id), world.id_of("#builds")]


@pytest.mark.parametrize("consented", [True, False])
async def test_a_third_partys_event_says_whose_token_it_was_if_the_owner_agreed(
    world: World, *, consented: bool
) -> None:
    app = await world.running_extension(consented=consented)
    tool = await world.tool(app)

    answer = await tool.event({"hello": "world"})

    assert answer.status == 200
    assert world.heard_by(app)[-1]["person"] == ("ada@example.com" if consented else "")


async def test_consent_outlives_the_server(world: World) -> None:
    app = await world.running_extension(consented=False)
    tool = await world.tool(app)
    await world.ada.accept((await press_of(world, world.ada, tool, button())).nonce)

    await world.restart()

    assert (await press_of(world, world.ada, tool, button())).json == {"kind": "done"}


async def test_a_refused_answer_gives_no_consent(world: World) -> None:
    app = await world.running_extension(consented=False)
    tool = await world.tool(app)
    needed = {"title": "Why?", "input": "Because", "mandatory": True}
    dialog = await press_of(world, world.ada, tool, button(confirm=needed))

    refused = await world.ada.accept(dialog.nonce)

    assert refused.refused_with == "input_missing"
    assert await world.read(consents.permissions_of, world.ada.person, app.extension) == frozenset()


async def test_a_dialog_of_a_command_is_answered_once_by_the_one_who_was_asked_where_they_still_are(
    world: World,
) -> None:
    app = await world.running_extension(consented=False)
    await world.ada.sign_in()
    await world.grace.sign_in()
    asked = await world.ada.say(world.id_of("#builds"), "/standup")

    by_grace = await world.grace.accept(asked.nonce)
    first, second = await world.ada.accept(asked.nonce), await world.ada.accept(asked.nonce)

    assert (by_grace.refused_with, second.refused_with) == ("dialog_over", "dialog_over")
    assert first.status == 200
    assert len(world.heard_by(app)) == 1
    assert await newest(world)
    assert await mine(world, world.ada) == []
    assert await world.read(open_dialogs) == [("standup", None, None)]


async def change(world: World, app: App, **changes: Any) -> None:
    """As an author who puts another manifest into the extension's folder."""
    changed = msgspec.structs.replace(app.extension.manifest, **changes)
    await world.write(
        extensions.save_manifest, world.server.apps, msgspec.structs.replace(app.extension, manifest=changed)
    )


def open_dialogs(tx: Tx) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in tx.all(select(*dialogs.c["function", "message_id", "button"]))]
