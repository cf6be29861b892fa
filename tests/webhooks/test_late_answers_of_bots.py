"""A bot's handler that takes long answers at the address that its call carried: once, within ten minutes."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from tests.people import Answer, Tool
from tests.webhooks.test_answers_of_handlers import NO
from tests.webhooks.test_bots import heard
from tests.webhooks.test_incoming import outcomes
from tests.webhooks.test_waiting_requests import waiting
from tests.world import World

from keypost.clock import MINUTE_MS
from keypost.db.tx import Tx
from keypost.delivery.answer import Failed
from keypost.ids import AppId, BotId, IngressId, OrgId, PersonId
from keypost.webhooks import store
from keypost.webhooks.concluding import expect_late
from keypost.webhooks.dispatcher import wait_after
from keypost.webhooks.model import Ingress

HELLO = {"text": "Late, but here"}
FAILED = {"output": {"type": "banner", "text": "The extension failed.", "status": "failure"}}


@pytest.mark.parametrize("body", [{"output": HELLO}, HELLO, json.dumps(HELLO), json.dumps({"output": HELLO})])
async def test_a_late_message_is_the_bots_and_comes_once(world: World, body: Any) -> None:
    standup = await world.tool(await world.extension())
    path = await late_path(world, standup)

    first, second = await world.stranger.post(path, body), await world.stranger.post(path, body)

    assert (first.status, first.body) == (204, b"")
    assert (second.status, second.refused_with) == (404, "response_not_expected")
    assert await heard(world, standup.app) == {"ada": ["Late, but here"], "grace": [], "alan": []}
    assert await world.read(outcomes) == ["handled"]


async def test_the_address_may_name_the_organisation_and_no_other(world: World) -> None:
    standup = await world.tool(await world.extension())
    path = await late_path(world, standup)

    foreign = await world.stranger.post(f"/company/{world.org_id + 1}{path}", HELLO)
    own = await world.stranger.post(f"/company/{world.org_id}{path}", HELLO)

    assert (foreign.status, foreign.refused_with) == (403, "invalid_access")
    assert own.status == 204
    assert await heard(world, standup.app) == {"ada": ["Late, but here"], "grace": [], "alan": []}


async def test_of_many_late_answers_at_once_one_is_taken(world: World) -> None:
    standup = await world.tool(await world.extension())
    path = await late_path(world, standup)

    answers = await asyncio.gather(*[world.stranger.post(path, HELLO) for _ in range(6)])

    assert sorted(answer.status for answer in answers) == [204, *[404] * 5]
    assert await heard(world, standup.app) == {"ada": ["Late, but here"], "grace": [], "alan": []}


async def test_the_address_of_a_call_that_still_runs_ends_its_request(world: World) -> None:
    standup = await world.tool(await world.running_extension())
    asked = await standup.event_to_bot({"hang": True})
    path = world.heard_by(standup.app)[-1]["response_url"].removeprefix(world.base)

    answer = await world.stranger.post(path, HELLO)
    await world.restart()

    assert (asked.status, answer.status) == (204, 204)
    assert await world.read(outcomes) == ["handled"]
    assert await heard(world, standup.app) == {"ada": ["Late, but here"], "grace": [], "alan": []}


async def test_an_answer_in_time_closes_the_address(world: World) -> None:
    standup = await world.tool(await world.running_extension())
    await standup.event_to_bot(b"event")
    path = world.heard_by(standup.app)[-1]["response_url"].removeprefix(world.base)

    assert (await world.stranger.post(path, HELLO)).refused_with == "response_not_expected"
    assert await heard(world, standup.app) == {"ada": ["event: event"], "grace": [], "alan": []}


async def test_ten_minutes_later_and_at_another_app_nobody_expects_it(world: World) -> None:
    standup, retro = await world.tool(await world.extension()), await world.extension("retro")
    path = await late_path(world, standup)

    elsewhere = await world.stranger.post(path.replace(f"/{standup.app.id}/", f"/{retro.id}/"), HELLO)
    world.clock.move(10 * MINUTE_MS)
    too_late = await world.stranger.post(path, HELLO)

    assert [elsewhere.refused_with, too_late.refused_with] == ["response_not_expected"] * 2
    assert await world.read(outcomes) == [None]


async def test_when_nobody_is_served_any_more_nobody_expects_it(world: World) -> None:
    standup = await world.tool(await world.extension())
    path = await late_path(world, standup)
    await world.deactivate(world.ada)

    assert (await world.stranger.post(path, HELLO)).refused_with == "response_not_expected"


async def test_a_late_failure_leaves_the_request_to_the_next_call(world: World) -> None:
    standup = await world.tool(await world.extension())
    path = await late_path(world, standup)

    first, second = await world.stranger.post(path, FAILED), await world.stranger.post(path, HELLO)

    assert (first.status, second.refused_with) == (204, "response_not_expected")
    assert await world.read(outcomes) == [None]


async def test_what_cannot_be_shown_is_given_up_late_too(world: World) -> None:
    standup = await world.tool(await world.extension())
    other = await world.tool(standup.app)
    path = await late_path(world, standup)

    answer = await world.stranger.post(path, {"text": f"The key is {other.secret}"})

    assert answer.status == 204
    assert await world.read(outcomes) == ["given up"]
    assert await heard(world, standup.app) == {"ada": [], "grace": [], "alan": []}


async def test_an_extensions_own_handler_has_no_such_address(world: World) -> None:
    standup = await world.tool(await world.running_extension())

    await standup.event(b"event")

    assert [call["response_url"] for call in world.heard_by(standup.app)] == [""]


def test_a_bot_that_took_too_long_is_called_again_when_no_late_answer_can_come() -> None:
    too_long, cut = Failed("timeout", NO), Failed("unreachable", NO)

    assert wait_after(request(bot_id=7), too_long) == timedelta(minutes=10)
    assert (wait_after(request(bot_id=None), too_long) or timedelta()) < timedelta(seconds=7)
    assert (wait_after(request(bot_id=7), cut) or timedelta()) < timedelta(seconds=7)
    assert wait_after(request(bot_id=7, attempts=7), too_long) is None


async def late_path(world: World, tool: Tool) -> str:
    """The path at which an answer is expected, of a request to the bot of an extension that nobody has started."""
    answer: Answer = await tool.event_to_bot(b"waiting")
    assert answer.status == 204
    found = await world.read(newest)
    return (await expect_late(world.server.desk, found, tool.app)).removeprefix(world.base)


def newest(tx: Tx) -> Ingress:
    org_id, ingress_id, _ = waiting(tx)[-1]
    found = store.find_open(tx, org_id, ingress_id)
    assert found is not None
    return found


def request(*, bot_id: int | None, attempts: int = 0) -> Ingress:
    return Ingress(
        org_id=OrgId(1),
        id=IngressId(1),
        app_id=AppId(1),
        person_id=PersonId(1),
        token_id=None,
        bot_id=BotId(bot_id) if bot_id is not None else None,
        method="POST",
        headers={},
        params={},
        body=b"",
        attempts=attempts,
    )
