"""A button does the same wherever it stands: under a message, under a slide, on a card, in the middle of a text."""

from typing import Any

import pytest
from tests.extensions.pressing import button, mine, newest, press_in
from tests.people import Tool
from tests.world import World

from keypost_sdk.content import CARD_LABEL_MAX

CONFIRM = {"title": "Sure?", "input": "Why?"}
COPY = {"label": "Copy", "action": {"type": "copy", "data": {"text": "kubectl rollout undo"}}}
OPEN = {"label": "Open", "action": {"type": "open.url", "data": {"web": "https://example.com"}}}
TEXT_SLIDE = {"type": "text", "data": "Log"}


def in_text(pressed: dict[str, Any], label: str = "Press") -> dict[str, Any]:
    unnamed = {name: value for name, value in pressed.items() if name != "label"}
    return {"text": f"Now [{label}]($1) it", "references": {"1": {"type": "button", "object": unnamed}}}


def places(pressed: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        ("buttons[1]", {"text": "x", "buttons": [OPEN, pressed]}),
        ("slides[1].buttons[0]", {"text": "x", "slides": [TEXT_SLIDE, TEXT_SLIDE | {"buttons": [pressed]}]}),
        ("card.buttons[0]", {"text": "x", "card": {"title": "Build", "buttons": [pressed]}}),
        ("references.1", in_text(pressed)),
    ]


PLACES = [path for path, _ in places({})]


@pytest.fixture
def world(lasting_world: World) -> World:
    """One for all: no test here minds what the others left in the chat."""
    return lasting_world


@pytest.fixture
async def tool(world: World) -> Tool:
    return await world.standing_tool()


@pytest.mark.parametrize("path", PLACES)
async def test_its_dialog_is_put_and_its_function_called(world: World, tool: Tool, path: str) -> None:
    content = dict(places(button(confirm=CONFIRM, key="k", hint="Look", arguments={"n": 1})))[path]

    dialog = await press_in(world, world.ada, tool, content, path)
    answer = await world.ada.accept(dialog.nonce, input="So")

    assert answer.json == {"kind": "done"}
    call = world.heard_by(tool.app)[-1]
    assert (call["name"], call["key"], call["secret"], call["more"]) == ("note", "k", "So", {"n": 1})
    assert call["target"] == ["Press", "Look", "k", ""]
    assert call["access"] == [str(world.ada.person.id), world.id_of("#builds"), await newest(world)]


@pytest.mark.parametrize("path", PLACES)
async def test_it_can_ask_for_a_token(world: World, tool: Tool, path: str) -> None:
    asks = {"title": "Token", "input": {"type": "user_webhook_token"}}
    content = dict(places(button("authentication", asks)))[path]

    dialog = await press_in(world, world.ada, tool, content, path)
    await world.ada.accept(dialog.nonce)

    token = (await mine(world, world.ada))[0]
    assert token.origin is not None
    assert token.origin.button == path
    assert world.heard_by(tool.app)[-1]["token"] == f"tok_{token.id}"


async def test_a_card_has_room_for_a_longer_label(world: World, tool: Tool) -> None:
    label = "x" * CARD_LABEL_MAX
    content = {"text": "x", "card": {"title": "Build", "buttons": [button(label=label)]}}

    await press_in(world, world.ada, tool, content, "card.buttons[0]")

    assert world.heard_by(tool.app)[-1]["target"][0] == label


async def test_the_label_of_an_instant_button_is_what_stands_in_the_text(world: World, tool: Tool) -> None:
    await press_in(world, world.ada, tool, in_text(button(), "Roll it back"), "references.1")

    assert world.heard_by(tool.app)[-1]["target"][0] == "Roll it back"


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("other", [COPY, OPEN], ids=["copies", "opens"])
async def test_what_is_done_in_the_page_is_not_done_by_the_server(
    world: World, tool: Tool, path: str, other: dict[str, Any]
) -> None:
    if other is OPEN and path.startswith("references"):
        other = COPY  # The one kind of the two that can stand in a text.

    answer = await press_in(world, world.ada, tool, dict(places(other))[path], path)

    assert (answer.status, answer.refused_with) == (400, "invalid_inputs")


@pytest.mark.parametrize(
    "path", ["references.2", "references.", "card.buttons[1]", "card.buttons", "references.1.object"]
)
async def test_a_button_that_is_not_there_is_not_found(world: World, tool: Tool, path: str) -> None:
    answer = await press_in(world, world.ada, tool, in_text(button()), path)

    assert (answer.status, answer.refused_with) == (404, "button_not_found")
