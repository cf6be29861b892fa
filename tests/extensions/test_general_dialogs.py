"""A dialog that asks for a word, or for nothing but a yes."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from tests.extensions.pressing import button, mine, press_of
from tests.people import Tool
from tests.world import World

from keypost.chat import service as chat
from keypost.ids import MessageId
from keypost_sdk.content import TEXT_MAX, Message

QUESTION: dict[str, Any] = {
    "title": "Close it?",
    "description": "Everybody will see why.",
    "input": "Why do you close it?",
    "button_label": "Close it",
    "cancel_button_label": "Leave it open",
    "emotion": "negative",
}


Heard = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def world(lasting_world: World) -> World:
    """One for all: no test here minds what the others left in the chat."""
    return lasting_world


@pytest.fixture
async def tool(world: World) -> Tool:
    return await world.standing_tool()


@pytest.fixture
def heard(world: World, tool: Tool) -> Heard:
    """The calls that reached the extension in this test."""
    before = len(world.heard_by(tool.app))
    return lambda: world.heard_by(tool.app)[before:]


async def test_the_dialog_says_what_the_button_says(world: World, tool: Tool) -> None:
    dialog = await press_of(world, world.ada, tool, button(confirm=QUESTION))

    html = dialog.json["html"]
    for said in ("Close it?", "Everybody will see why.", "Why do you close it?", "Leave it open", "button-danger"):
        assert said in html
    assert "Standup</bdi> asks you to confirm" in html
    assert "Create token" not in html


@pytest.mark.parametrize(
    ("emotion", "tone"), [("positive", "positive"), ("neutral", "primary"), ("negative", "danger"), (None, "positive")]
)
async def test_the_button_that_goes_on_has_the_tone_of_its_emotion(
    world: World, tool: Tool, emotion: str | None, tone: str
) -> None:
    asked = {"title": "Sure?"} | ({"emotion": emotion} if emotion else {})

    dialog = await press_of(world, world.ada, tool, button(confirm=asked))

    assert f'class="button button-{tone}" id="dialog-accept" type="submit" dir="auto">Continue<' in dialog.json["html"]


@pytest.mark.parametrize("typed", ["It is done", " two\n lines ", "<b>é漢\u202e", "0", "x" * TEXT_MAX])
async def test_what_was_typed_arrives_as_it_was_typed(world: World, tool: Tool, heard: Heard, typed: str) -> None:
    dialog = await press_of(world, world.ada, tool, button(confirm=QUESTION, key="close", hint="For good", type="-"))

    answer = await world.ada.accept(dialog.nonce, input=typed)

    assert answer.json == {"kind": "done"}
    call = heard()[-1]
    assert (call["name"], call["key"], call["secret"], call["token"]) == ("note", "close", typed, None)
    assert call["target"] == ["Press", "For good", "close", "-"]
    assert await mine(world, world.ada) == [tool.token]


@pytest.mark.parametrize("mandatory", [True, "true"])
@pytest.mark.parametrize("typed", [None, "", " \n\t"])
async def test_a_field_that_is_needed_refuses_nothing_and_waits_for_something(
    world: World, tool: Tool, heard: Heard, mandatory: object, typed: str | None
) -> None:
    dialog = await press_of(world, world.ada, tool, button(confirm=QUESTION | {"mandatory": mandatory}))
    given = {"input": typed} if typed is not None else {}

    refused = await world.ada.accept(dialog.nonce, **given)
    accepted = await world.ada.accept(dialog.nonce, input="Because")

    assert " required>" in dialog.json["html"]
    assert (refused.status, refused.refused_with) == (400, "input_missing")
    assert accepted.status == 200
    assert [call["secret"] for call in heard()] == ["Because"]


@pytest.mark.parametrize("prompt", ["Why?", "", None])
async def test_a_field_that_is_not_needed_may_be_left_empty(
    world: World, tool: Tool, heard: Heard, prompt: str | None
) -> None:
    asked = {"title": "Sure?"} | ({"input": prompt} if prompt is not None else {})
    dialog = await press_of(world, world.ada, tool, button(confirm=asked))

    await world.ada.accept(dialog.nonce)

    has_field = bool(prompt)
    assert ("<textarea" in dialog.json["html"]) is has_field
    assert heard()[-1]["secret"] == ("" if has_field else None)


@pytest.mark.parametrize(
    "given",
    [
        {"input": "x" * (TEXT_MAX + 1)},
        {"input": 5},
        {"input": "a\x00b"},
        {"input": "Because", "settings": {"loud": True}},
        {"input": "Because", "choice": "replace"},
    ],
    ids=["too long", "no text", "NUL", "settings", "replaces"],
)
async def test_what_the_dialog_did_not_ask_for_is_refused(
    world: World, tool: Tool, heard: Heard, given: dict[str, Any]
) -> None:
    dialog = await press_of(world, world.ada, tool, button(confirm=QUESTION))

    answer = await world.ada.post("/dialogs/accept", {"nonce": dialog.nonce, **given})

    assert answer.refused_with == "invalid_inputs"
    assert heard() == []


async def test_a_text_for_a_dialog_without_a_field_is_refused(world: World, tool: Tool, heard: Heard) -> None:
    token_button = button("authentication", {"title": "Token", "input": {"type": "user_webhook_token"}})
    for asked in (button(confirm={"title": "Sure?"}), token_button):
        dialog = await press_of(world, world.ada, tool, asked)
        assert (await world.ada.accept(dialog.nonce, input="Hello")).refused_with == "invalid_inputs"

    assert heard() == []


async def test_the_buttons_own_arguments_take_the_place_of_neither_its_key_nor_what_was_typed(
    world: World, tool: Tool, heard: Heard
) -> None:
    own = {"issue": 7, "labels": ["a"], "key": "forged", "input": "forged"}

    typed = await press_of(world, world.ada, tool, button(confirm=QUESTION, key="close", arguments=own))
    await world.ada.accept(typed.nonce, input="Because")
    await press_of(world, world.ada, tool, button(arguments=own))

    asked, unasked = heard()
    assert (asked["key"], asked["secret"]) == ("close", "Because")
    assert (unasked["key"], unasked["secret"]) == ("", None)
    assert asked["more"] == unasked["more"] == {"issue": 7, "labels": ["a"]}


async def test_the_secret_of_a_token_cannot_be_talked_out_of_people(world: World, tool: Tool, heard: Heard) -> None:
    dialog = await press_of(world, world.ada, tool, button(confirm=QUESTION | {"input": "Paste your token"}))

    typed = await world.ada.accept(dialog.nonce, input=f"It is {tool.secret}!")
    command = await world.ada.say(world.id_of("#builds"), f"/standup {tool.secret}")

    assert (typed.status, typed.refused_with) == (400, "secret_typed")
    assert command.refused_with == "secret_typed"
    assert heard() == []


async def test_a_button_that_asks_nothing_is_called_at_once(world: World, tool: Tool, heard: Heard) -> None:
    answer = await press_of(world, world.ada, tool, button("cheer"))

    assert answer.json == {"kind": "done"}
    assert (await world.texts_in("#builds"))[-1] == "Hooray!"
    assert len(heard()) == 1


@pytest.mark.parametrize(
    ("function", "kind"),
    [("cheer", "done"), ("note", "done"), ("decline", "banner"), ("fail", "banner"), ("whisper", "private")],
)
async def test_the_answer_is_shown_where_it_belongs(world: World, tool: Tool, function: str, kind: str) -> None:
    at_once = await press_of(world, world.ada, tool, button(function))
    asked = await press_of(world, world.ada, tool, button(function, {"title": "Sure?"}))
    accepted = await world.ada.accept(asked.nonce)

    assert (at_once.json["kind"], accepted.json["kind"]) == (kind, kind)


async def test_an_answer_for_one_person_is_shown_to_them_alone(world: World, tool: Tool) -> None:
    await world.grace.sign_in()
    async with world.grace.watching() as stream:
        answer = await press_of(world, world.ada, tool, button("whisper"))
        await tool.say("#builds", "Afterwards")
        told = [await stream.next(), await stream.next()]

    assert "Only you can see this" in answer.json["html"]
    assert "For your eyes" in answer.json["html"]
    assert "data-button" not in answer.json["html"]  # It would be looked for in a message that is not there.
    assert "For your eyes" not in repr(told)
    assert (await world.texts_in("#builds"))[-2:] == ["Press", "Afterwards"]


async def test_a_button_that_changed_since_the_question_is_not_the_one_that_was_asked_about(
    world: World, tool: Tool, heard: Heard
) -> None:
    asked = button(confirm={"title": "Deploy to staging?"}, arguments={"to": "staging"})
    dialog = await press_of(world, world.ada, tool, asked)
    message = (await world.messages_in("#builds"))[-1]
    changed = asked | {"arguments": {"to": "production"}}

    await edit(world, message.id, changed)
    refused = await world.ada.accept(dialog.nonce)
    await edit(world, message.id, asked)
    accepted = await world.ada.accept(dialog.nonce)

    assert (refused.status, refused.refused_with) == (409, "dialog_over")
    assert accepted.status == 200
    assert [call["more"] for call in heard()] == [{"to": "staging"}]


async def edit(world: World, message_id: MessageId, changed: dict[str, Any]) -> None:
    content = msgspec.convert({"text": "Press", "buttons": [changed]}, Message)
    await world.write(chat.edit, world.org_id, world.chat("#builds").id, message_id, content)
