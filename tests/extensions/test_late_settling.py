"""What an answer that comes late means for tokens, and for secrets."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from msgspec import structs
from tests.extensions.pressing import everything, mine, newest
from tests.messages.samples import TOKEN_BUTTON
from tests.people import Tool
from tests.world import World

from keypost.chat import lane
from keypost.delivery.outbound import Outbound
from keypost.extensions import dialogs, outcomes
from keypost.extensions.begun import Given
from keypost.extensions.desk import Desk
from keypost.extensions.invoker import Invoker
from keypost.ids import TokenId
from keypost.tokens.service import REPLACED_LIFE_MS

FAILURE = {"type": "banner", "text": "That did not work", "status": "failure"}


@dataclass
class TimedOut:
    """A call that was to replace the token of `old`, and had no answer in time. `path` is for a late one."""

    old: Tool
    new: TokenId
    secret: str
    path: str


@pytest.fixture
async def impatient(world: World) -> AsyncIterator[Desk]:
    """The server's own desk, but for calls that are given up soon."""
    server = world.server
    async with Outbound(deadline=timedelta(milliseconds=200)) as outbound:
        invoker = Invoker(world.clock, server.keys, outbound, server.supervisor)
        yield structs.replace(server.desk, invoker=invoker)


@pytest.fixture
async def call(world: World, impatient: Desk) -> TimedOut:
    old = await tool_of_a_silent_extension(world)
    await old.say("#builds", {"text": "Press", "buttons": [TOKEN_BUTTON]})
    await world.ada.sign_in()
    dialog = await world.ada.press(world.id_of("#builds"), await newest(world))
    begun = await world.write(
        dialogs.accept, impatient, world.caller(world.ada), dialog.nonce, Given(replaces=True), ""
    )

    outcome = await outcomes.run(impatient, begun)

    assert outcome.banner is not None
    assert "did not answer in time" in outcome.banner.text
    assert begun.minted is not None
    path = world.server.addresses.late_answer(begun.app, begun.late_nonce).removeprefix(world.base)
    return TimedOut(old, begun.minted.token.id, begun.minted.secret.reveal(), path)


async def test_until_the_late_answer_both_tokens_work(world: World, call: TimedOut) -> None:
    assert await ends(world) == {call.new: None, call.old.token.id: None}


async def test_a_late_success_replaces_the_old_token(world: World, call: TimedOut) -> None:
    answer = await world.stranger.post(call.path, {"text": "Connected"})

    assert answer.status == 204
    assert await ends(world) == {call.new: None, call.old.token.id: world.clock.now + REPLACED_LIFE_MS}
    assert (await world.texts_in("#builds"))[-1] == "Connected"


async def test_a_late_failure_ends_the_new_token_and_not_the_old_one(world: World, call: TimedOut) -> None:
    await world.stranger.post(call.path, FAILURE)

    assert await ends(world) == {call.new: world.clock.now, call.old.token.id: None}


@pytest.mark.parametrize("whose", ["its own", "another"])
async def test_a_late_answer_with_a_secret_is_shown_to_nobody_and_stored_nowhere(
    world: World, call: TimedOut, whose: str
) -> None:
    secret = call.secret if whose == "its own" else call.old.secret
    async with world.ada.watching() as stream:
        await world.stranger.post(call.path, {"text": f"Your token is {secret}"})
        happened = await stream.next()

    assert happened is not None
    assert (happened.name, happened.data["status"]) == ("banner", "failure")
    assert "shown to nobody" in happened.data["text"]
    assert secret not in str(happened)
    assert await world.texts_in("#builds") == ["Press"]
    assert secret[4:] not in repr(await world.read(everything))
    assert await ends(world) == {call.new: world.clock.now, call.old.token.id: None}


async def test_a_late_answer_that_a_full_lane_refused_can_be_sent_again(
    world: World, call: TimedOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr(lane, "WAITING_MAX", 0)
        refused = await world.stranger.post(call.path, {"text": "Connected"})
    unchanged = await ends(world)

    again = await world.stranger.post(call.path, {"text": "Connected"})

    assert (refused.status, refused.refused_with) == (503, "server_busy")
    assert unchanged == {call.new: None, call.old.token.id: None}
    assert again.status == 204
    assert await world.texts_in("#builds") == ["Press", "Connected"]
    assert (await ends(world))[call.old.token.id] is not None


async def tool_of_a_silent_extension(world: World) -> Tool:
    """Its address takes connections, but behind it nobody answers: its folder has gone."""
    app = await world.extension()
    shutil.rmtree(app.extension.source)
    world.server.supervisor.start(app.extension)
    return await world.tool(app)


async def ends(world: World) -> dict[TokenId, int | None]:
    """When each of Ada's tokens ends, or has ended."""
    return {token.id: token.revoked_at or token.expires_at for token in await mine(world, world.ada)}
