"""An answer with a secret in it leaves no trace, in whatever form it comes and wherever the secret stands."""

import json
from typing import Any, Final

import pytest
from tests.extensions.answering import accepted, newest_token, pressed, repeating, timed_out
from tests.extensions.pressing import can_post, everything
from tests.people import Tool
from tests.world import World

FORMS: Final = {
    "message": {"text": "It is {secret}"},
    "ephemeral": {"text": "It is {secret}", "view": "ephemeral"},
    "edit": {"type": "message_edit", "text": "It is {secret}"},
    "collapse key": {"text": "Connected", "collapse_key": "{secret}"},
    "serves": {"text": "Connected", "serves": [{"name": "Engine"}, {"name": "{secret}"}]},
    "address of serves": {"text": "x", "serves": [{"name": "E", "address": "https://a.example/?zapikey={secret}"}]},
    "banner": {"type": "banner", "text": "It is {secret}", "status": "success"},
    "a field of nobody": {"text": "Connected", "debug": {"deep": ["{secret}"]}},
}


@pytest.fixture
async def standup(world: World) -> Tool:
    return await world.tool(await world.running_extension())


@pytest.mark.parametrize("form", FORMS)
async def test_the_calls_own_secret_is_shown_to_its_owner_and_stored_nowhere(
    world: World, standup: Tool, form: str
) -> None:
    done = await accepted(world, standup, FORMS[form])

    secret = world.heard_by(standup.app)[-1]["secret"]
    assert "Only you can see this" in done.json["html"]
    assert secret[4:] not in repr(await world.read(everything))
    assert await world.texts_in("#builds") == ["Press"]
    assert (await newest_token(world)).serves == ()
    assert await can_post(world, secret)


async def test_a_failure_with_the_secret_in_it_is_a_failure_and_ends_the_token(world: World, standup: Tool) -> None:
    done = await accepted(world, standup, {"type": "banner", "text": "{secret} is no good", "status": "failure"})

    secret = world.heard_by(standup.app)[-1]["secret"]
    assert secret not in done.text
    assert secret[4:] not in repr(await world.read(everything))
    assert not await can_post(world, secret)


@pytest.mark.parametrize("form", FORMS)
async def test_another_tokens_secret_is_shown_to_nobody(world: World, standup: Tool, form: str) -> None:
    await accepted(world, standup, {"type": "banner", "text": "Connected", "status": "success"})
    secret = world.heard_by(standup.app)[-1]["secret"]

    shown = await pressed(world, standup, filled(FORMS[form], "{earlier}"))

    assert shown.json["banner"]["status"] == "failure"
    assert "shown to nobody" in shown.json["banner"]["text"]
    assert secret[4:] not in repr(await world.read(everything))
    assert await world.texts_in("#builds") == ["Press", "Press"]


@pytest.mark.parametrize("form", FORMS)
async def test_a_late_answer_with_a_secret_is_shown_to_nobody(world: World, standup: Tool, form: str) -> None:
    await standup.event({"answer": repeating("nothing")})
    (message,) = await world.messages_in("#builds")
    path = await timed_out(world, standup, pressed=message)
    await world.ada.sign_in()

    async with world.ada.watching() as stream:
        await world.stranger.post(path, filled(FORMS[form], standup.secret))
        told = await stream.next()

    assert told is not None
    assert (told.name, told.data["status"]) == ("banner", "failure")
    assert "shown to nobody" in told.data["text"]
    assert standup.secret[4:] not in repr(await world.read(everything))
    assert await world.texts_in("#builds") == ["Press"]
    assert not await can_post(world, standup.secret)


def filled(form: object, secret: str) -> Any:
    return json.loads(json.dumps(form).replace("{secret}", secret))
