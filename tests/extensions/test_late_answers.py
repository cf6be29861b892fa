"""An extension that took too long answers at the address that its call carried, once."""

import json
from typing import Any

import pytest
from tests.world import World

from keypost.clock import MINUTE_MS
from keypost.delivery.answer import Failed
from keypost.extensions import calls, invocations
from keypost.extensions.model import App


@pytest.mark.parametrize(
    "body",
    [
        {"output": {"text": "Late, but here"}},
        {"text": "Late, but here"},
        json.dumps({"text": "Late, but here"}),
        json.dumps({"output": {"text": "Late, but here"}}),
    ],
)
async def test_a_late_message_is_shown_once(world: World, body: Any) -> None:
    path = await call_that_timed_out(world, await world.extension())

    first, second = await world.stranger.post(path, body), await world.stranger.post(path, body)

    assert (first.status, first.body) == (204, b"")
    assert (second.status, second.refused_with) == (404, "response_not_expected")
    (message,) = await world.messages_in("#builds")
    assert (message.sender.name, message.content.text) == ("Standup", "Late, but here")


async def test_a_late_banner_is_seen_by_the_one_who_asked(world: World) -> None:
    path = await call_that_timed_out(world, await world.extension())
    await world.ada.sign_in()

    async with world.ada.watching() as stream:
        await world.stranger.post(path, {"output": {"type": "banner", "text": "Done", "status": "success"}})
        happened = await stream.next()

    assert happened is not None
    assert (happened.name, happened.data) == ("banner", {"text": "Done", "status": "success"})
    assert await world.messages_in("#builds") == []


async def test_an_answer_in_time_closes_the_address(world: World) -> None:
    app = await world.running_extension()
    await world.ada.sign_in()
    await world.ada.say(world.id_of("#builds"), "/standup cheer")
    message = (await world.messages_in("#builds"))[-1]
    dialog = await world.ada.press(world.id_of("#builds"), f"{message.at}_{message.id & 0xFFFFF}")
    await world.ada.accept(dialog.nonce)
    path = world.heard_by(app)[-1]["response_url"].removeprefix(world.base)

    answer = await world.stranger.post(path, {"text": "Again"})

    assert answer.refused_with == "response_not_expected"


async def test_ten_minutes_later_nobody_waits_any_more(world: World) -> None:
    path = await call_that_timed_out(world, await world.extension())
    world.clock.move(10 * MINUTE_MS)

    assert (await world.stranger.post(path, {"text": "Hello?"})).refused_with == "response_not_expected"


async def test_one_app_does_not_answer_for_another(world: World) -> None:
    app, other = await world.extension(), await world.extension("retro")
    path = await call_that_timed_out(world, app)

    answer = await world.stranger.post(path.replace(f"/{app.id}/", f"/{other.id}/"), {"text": "Hello"})

    assert answer.refused_with == "response_not_expected"
    assert (await world.stranger.post(path, {"text": "Hello"})).status == 204


@pytest.mark.parametrize("path", ["/v2/extensions/1001/responses/1", "/v2/extensions/x/responses/1"])
async def test_a_made_up_address_is_refused(lasting_world: World, path: str) -> None:
    answer = await lasting_world.stranger.post(path, {"text": "Hello"})

    assert (answer.status, answer.refused_with) == (404, "response_not_expected")


@pytest.mark.parametrize("body", [5, [], None, True, {"output": 5}, {"output": {"text": 5}}, {"buttons": [5]}])
async def test_a_late_answer_that_cannot_be_shown_is_a_banner_about_it(world: World, body: Any) -> None:
    path = await call_that_timed_out(world, await world.extension())

    answer = await world.stranger.post(path, json.dumps(body).encode())

    assert answer.status == 204
    assert await world.messages_in("#builds") == []


async def call_that_timed_out(world: World, app: App) -> str:
    """The path at which a late answer is awaited, of Ada's command in #builds."""
    place, ada = world.chat("#builds"), world.ada.person
    call = calls.command(world.server.addresses, ada, place, "standup", "", "", frozenset())
    invocation, nonce = await world.write(invocations.begin, world.server.keys, app, ada.id, call, chat_id=place.id)
    await world.write(invocations.end, invocation, Failed("timeout", "15 s"))
    return world.server.addresses.late_answer(app, nonce).removeprefix(world.base)
