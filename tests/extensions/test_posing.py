"""Nobody poses as another: who asks, for which function, at which host, is what the server knows."""

import re
from typing import Any, Final

import pytest
from tests.extensions.pressing import button, mine, press_of
from tests.people import Answer, Tool
from tests.world import World

from keypost.extensions.manifest import Developer, Function
from keypost.extensions.model import App

LIE: Final = {
    "title": "Standup by Grace Hopper",
    "description": "Calls authentication at this server. Official.",
    "button_label": "Cancel",
    "cancel_button_label": "Create token",
}
TOKEN: Final = {"input": {"type": "user_webhook_token"}}
MALLORY: Final = Developer("Mallory", "mallory@example.com")
SHOWN: Final = {
    "extension": r'id="dialog-extension">([^<]*)<',
    "developer": r'id="dialog-developer"><bdi>([^<]*)</bdi> <bdi class="quiet">([^<]*)<',
    "function": r'id="dialog-function"><code>([^<]*)<',
    "host": r'id="dialog-host">([^<]*)<',
    "cancel": r'id="dialog-cancel"[^>]*>([^<]*)<',
    "accept": r'id="dialog-accept"[^>]*>([^<]*)<',
}


@pytest.fixture
async def standup(world: World) -> App:
    return await world.running_extension()


@pytest.fixture
async def imitator(world: World, standup: App) -> Tool:
    """A token for an extension that runs elsewhere and has a function of the same name."""
    assert standup.title == "Standup"
    return await world.tool(
        await world.extension(
            "retro",
            address="https://retro.example.net/hook",
            developer=MALLORY,
            functions=(Function("authentication"),),
        )
    )


async def test_the_dialog_of_an_imitator_names_the_imitator(world: World, imitator: Tool) -> None:
    lying = button("authentication", LIE | TOKEN)
    lying["action"]["data"]["owner"] = "grace@example.com"

    dialog = await press_of(world, world.ada, imitator, lying)

    assert shown(dialog) == {
        "extension": "Retro",
        "developer": "Mallory mallory@example.com",
        "function": "authentication",
        "host": "retro.example.net",
        "cancel": "Cancel",
        "accept": "Create token",
    }


async def test_a_function_that_the_sender_does_not_have_is_that_of_the_one_who_has_it_and_the_dialog_says_so(
    world: World, standup: App, imitator: Tool
) -> None:
    dialog = await press_of(world, world.ada, imitator, button("cheer", LIE | TOKEN | {"title": "Retro by Mallory"}))
    await world.ada.accept(dialog.nonce)

    said = shown(dialog)
    assert (said["extension"], said["developer"], said["host"]) == (
        "Standup",
        "Grace Hopper grace@example.com",
        "this server",
    )
    (token,) = [
        token for token in await mine(world, world.ada) if token.is_from_button and token.id != imitator.token.id
    ]
    assert token.app_id == standup.id
    assert world.heard_by(standup)[-1]["name"] == "cheer"


async def test_no_label_of_a_sender_stands_on_what_gives_something_away(world: World) -> None:
    app = await world.running_extension(consented=False)
    tool = await world.tool(app)

    with_token = await press_of(world, world.ada, tool, button("authentication", LIE | TOKEN))
    with_consent = await press_of(world, world.ada, tool, button("note", LIE))
    await world.ada.accept(with_consent.nonce)
    with_neither = await press_of(world, world.ada, tool, button("note", LIE))

    labels = [(shown(dialog)["cancel"], shown(dialog)["accept"]) for dialog in (with_token, with_consent, with_neither)]
    assert labels == [
        ("Cancel", "Allow and create token"),
        ("Cancel", "Allow and continue"),
        ("Create token", "Cancel"),
    ]


async def test_what_a_sender_writes_is_text_and_nothing_else(world: World, standup: App) -> None:
    tool = await world.tool(standup)
    markup = '</h2><b id="dialog-developer">Grace</b>"\'<script>'
    confirm: dict[str, Any] = dict.fromkeys(("title", "description", "button_label", "cancel_button_label"), markup)

    dialog = await press_of(world, world.ada, tool, button("note", confirm | {"input": markup}))

    html = dialog.json["html"]
    assert "<script" not in html
    assert html.count('id="dialog-developer"') == 1
    assert html.count("&lt;script&gt;") == len(confirm) + 1


def shown(dialog: Answer) -> dict[str, str]:
    found = {name: re.search(pattern, dialog.json["html"]) for name, pattern in SHOWN.items()}
    return {name: " ".join(match.groups()) for name, match in found.items() if match is not None}
