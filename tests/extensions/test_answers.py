"""What an answer can be besides a new message: for one person alone, in the place of another, with what it serves."""

from typing import Any

import pytest
from tests.extensions.answering import accepted, newest_token, pressed, timed_out
from tests.extensions.pressing import everything
from tests.people import Tool
from tests.world import World

from keypost_sdk.content import Served

WHISPER = {"text": "For *your* eyes", "view": "ephemeral"}
SERVES = [{"name": "Analytical Engine", "address": "https://gitlab.example/engine"}, {"name": "Difference Engine"}]
SERVED = (Served(name="Analytical Engine", address="https://gitlab.example/engine"), Served(name="Difference Engine"))


@pytest.fixture
async def standup(world: World) -> Tool:
    return await world.tool(await world.running_extension())


@pytest.mark.parametrize("view", ["ephemeral", "popup", "navigation"])
async def test_an_ephemeral_answer_is_shown_to_one_person_and_stored_nowhere(
    world: World, standup: Tool, view: str
) -> None:
    await world.grace.sign_in()
    async with world.grace.watching() as stream:
        answer = await pressed(world, standup, {"text": "For $SECRET eyes", "view": view})
        await standup.event(b"after")
        seen = [happened.data["html"] for happened in [await stream.next(), await stream.next()] if happened]

    assert answer.json["kind"] == "private"
    assert "For $SECRET eyes" in answer.json["html"]
    assert "For $SECRET eyes" not in "".join(seen)
    assert await world.texts_in("#builds") == ["Press", "event: after"]


async def test_a_late_ephemeral_answer_is_told_to_the_persons_open_pages_alone(world: World, standup: Tool) -> None:
    path = await timed_out(world, standup)
    await world.ada.sign_in()
    await world.grace.sign_in()

    async with world.ada.watching() as ada, world.grace.watching() as grace:
        answer = await world.stranger.post(path, WHISPER)
        told = await ada.next()
        await standup.event(b"for all")
        graces = await grace.next()

    assert answer.status == 204
    assert told is not None
    assert (told.name, told.number) == ("private", None)
    assert "Only you can see this" in told.data["html"]
    assert "For <strong>your</strong> eyes" in told.data["html"]
    assert graces is not None
    assert graces.name == "message"
    assert await world.texts_in("#builds") == ["event: for all"]
    assert "your" not in repr(await world.read(everything))


async def test_of_two_answers_with_one_key_the_second_takes_the_place_of_the_first(world: World, standup: Tool) -> None:
    first = {"text": "1 open", "collapse_key": "standup"}
    await pressed(world, standup, first)
    await pressed(world, standup, first | {"text": "None open"})

    assert await world.texts_in("#builds") == ["Press", "None open", "Press"]


async def test_the_answer_to_an_earlier_call_comes_too_late(world: World, standup: Tool) -> None:
    earlier = await timed_out(world, standup)
    later = await timed_out(world, standup)

    await world.stranger.post(later, {"text": "Of the later call", "collapse_key": "standup"})
    answer = await world.stranger.post(earlier, {"text": "Of the earlier call", "collapse_key": "standup"})

    assert answer.status == 204
    assert await world.texts_in("#builds") == ["Of the later call"]
    assert (await world.stranger.post(earlier, {"text": "Again"})).refused_with == "response_not_expected"


async def test_an_answer_says_what_its_token_serves(world: World, standup: Tool) -> None:
    await accepted(world, standup, {"text": "Connected", "serves": SERVES})

    token = await newest_token(world)
    assert token.serves == SERVED
    assert token.id != standup.token.id
    assert world.server.register.find_by_id(token.org_id, token.id) == token


@pytest.mark.parametrize("more", [{}, {"view": "ephemeral"}, {"collapse_key": "k"}])
async def test_a_late_answer_says_it_too_whoever_sees_the_rest(
    world: World, standup: Tool, more: dict[str, Any]
) -> None:
    path = await timed_out(world, standup)

    await world.stranger.post(path, {"text": "Connected", "serves": SERVES, **more})

    assert (await newest_token(world)).serves == SERVED


async def test_an_answer_that_says_nothing_of_it_leaves_it_as_it_was(world: World, standup: Tool) -> None:
    for answer in ({"text": "Connected", "serves": SERVES}, {"text": "Still connected"}):
        await world.stranger.post(await timed_out(world, standup), answer)
    kept = (await newest_token(world)).serves
    await world.stranger.post(await timed_out(world, standup), {"text": "No more", "serves": []})

    assert kept == SERVED
    assert (await newest_token(world)).serves == ()


async def test_a_press_without_a_token_has_nothing_that_could_serve(world: World, standup: Tool) -> None:
    answer = await pressed(world, standup, {"text": "Connected", "serves": SERVES})

    assert answer.json == {"kind": "done"}
    assert (await newest_token(world)).serves == ()


@pytest.mark.parametrize(
    ("answer", "path"),
    [
        ({"text": "x", "view": "aside"}, "view"),
        ({"text": "x", "collapse_key": "k" * 101}, "collapse_key"),
        ({"text": "x", "serves": [{"name": ""}]}, "serves[0].name"),
        ({"text": "x", "serves": [{"name": "n", "address": "javascript:alert(1)"}]}, "serves[0].address"),
        ({"type": "banner", "text": "x", "status": "so-so"}, "status"),
        ({"type": "message_edit", "text": 5}, "text"),
        ({"type": ["banner"]}, "text is missing"),
    ],
)
async def test_an_answer_that_is_none_is_a_failure_that_names_the_place(
    world: World, standup: Tool, answer: dict[str, Any], path: str
) -> None:
    shown = await pressed(world, standup, answer)

    assert shown.json["banner"]["status"] == "failure"
    assert path in shown.json["banner"]["text"]
    assert await world.texts_in("#builds") == ["Press"]
