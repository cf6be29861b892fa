"""With KEYPOST_LIMITS=vendor, the wire's limits hold: for each person and kind of call, with a lock."""

import asyncio
from functools import partial

import pytest
from tests.chat.test_slow_database import held
from tests.live.until import until
from tests.people import Answer, Program, Tool, posting_path
from tests.world import World

from keypost.caller import Scope
from keypost.clock import MINUTE_MS, SECOND_MS
from keypost.settings import DEFAULT_POSTS_PER_MINUTE, Limits

GENERAL = posting_path("#general")
POSTS = 50
READINGS = 15
BOT = "/api/v3/bots/buildbot/messages"


@pytest.fixture(autouse=True)
async def _as_the_vendor(world: World) -> None:
    await world.restart(limits=Limits.VENDOR, posts_per_minute=DEFAULT_POSTS_PER_MINUTE)


async def test_the_fifty_first_post_in_a_minute_locks_for_ten_minutes(world: World) -> None:
    standup = await world.tool()

    posted = [(await standup.say("#general", "Hello")).status for _ in range(POSTS)]
    world.clock.move(MINUTE_MS - 1)
    refused = await standup.say("#general", "Hello")
    world.clock.move(10 * MINUTE_MS - 1)
    still = await standup.say("#general", "Hello")
    world.clock.move(1)

    assert set(posted) == {204}
    assert (refused.status, refused.refused_with) == (400, "request_limit_exceeded")
    assert (refused.headers["Retry-After"], still.headers["Retry-After"]) == ("600", "1")
    assert still.refused_with == "request_limit_exceeded"
    assert (await standup.say("#general", "Hello")).status == 204
    assert len(await world.messages_in("#general")) == POSTS + 1


async def test_the_newer_wire_says_it_in_its_own_way(world: World) -> None:
    program = await world.program(world.ada)
    for _ in range(POSTS):
        await post(program, BOT)

    refused = await post(program, BOT)

    assert (refused.status, refused.refused_with, refused.headers["Retry-After"]) == (429, "rate_limit_exceeded", "600")


async def test_fifty_posts_in_each_of_many_minutes_lock_nobody(world: World) -> None:
    standup = await world.tool()

    for _ in range(2):
        assert {(await standup.say("#general", "Hello")).status for _ in range(POSTS)} == {204}
        world.clock.move(MINUTE_MS)


async def test_all_credentials_of_a_person_count_together_and_other_people_apart(world: World) -> None:
    first, second, graces = await world.tool(), await world.tool(), await world.tool(owner=world.grace)
    program = await world.program(world.ada)
    await lock(first)

    assert (await second.say("#general", "Hello")).refused_with == "request_limit_exceeded"
    assert (await post(program, GENERAL)).refused_with == "request_limit_exceeded"
    assert (await graces.say("#general", "Hello")).status == 204


async def test_calls_of_another_kind_are_not_locked_with_it(world: World) -> None:
    standup = await world.tool()
    await lock(standup)

    to_chat = await standup.carry(f"/api/v2/chats/{world.id_of('direct')}/message", {"text": "Hello"})

    assert to_chat.status == 204
    assert (await standup.say("#general", "Hello", company=world.org_id)).refused_with == "request_limit_exceeded"


async def test_readings_are_limited_as_well(world: World) -> None:
    program = await world.program(world.ada, Scope.READ)
    path, bearer = f"/api/v2/chats/{world.id_of('#general')}/messages", _bearer(program)

    read = [(await program.get(path, bearer)).status for _ in range(READINGS)]
    refused = await program.get(path, bearer)

    assert set(read) == {200}
    assert (refused.status, refused.refused_with, refused.headers["Retry-After"]) == (
        400,
        "request_limit_exceeded",
        "300",
    )


async def test_keyposts_own_api_and_the_pages_are_not_locked(world: World) -> None:
    admin = await world.program(world.ada)
    await world.ada.sign_in()
    await lock(await world.tool())

    said = await world.ada.post(f"/chats/{world.id_of('#general')}/say", {"text": "Hello"})

    assert said.json == {"kind": "posted"}
    assert (await admin.call("GET", "/limits")).json == {
        "limits": "vendor",
        "posts_per_minute": None,
        "posts_per_minute_of_server": 0,
        "posts_per_minute_of_person": 0,
        "posts_per_minute_in_chat": 0,
    }


async def test_a_budget_that_was_chosen_holds_beside_the_wires_limits(world: World) -> None:
    slow, plain = await world.tool(budget=6), await world.tool()

    answers = [await slow.say("#general", "Hello") for _ in range(3)]

    assert [answer.status for answer in answers] == [204, 204, 429]
    assert "RateLimit" not in (await plain.say("#general", "Hello")).headers


async def test_what_a_budget_refuses_brings_nobody_nearer_to_a_lock(world: World) -> None:
    slow, plain = await world.tool(budget=3), await world.tool()

    refused = [(await slow.say("#general", "Hello")).status for _ in range(POSTS + 1)]

    assert refused == [204] + [429] * POSTS
    assert (await plain.say("#general", "Hello")).status == 204


async def test_what_the_lane_refuses_is_counted_once_whoever_tried_it_first(world: World) -> None:
    standup = await world.tool()
    deliver = partial(standup.carry, GENERAL, {"text": "Hello"}, [("Idempotency-Key", "a-1")])
    async with held(world):
        first = asyncio.create_task(deliver())
        await asyncio.to_thread(until, lambda: world.server.lane.is_committing, "a commit")

        refused = [(await deliver()).refused_with for _ in range(POSTS - 1)]

    assert refused == ["delivery_under_way"] * (POSTS - 1)
    assert (await first).status == 204
    assert (await deliver()).refused_with == "request_limit_exceeded"


async def test_a_clock_that_is_set_back_locks_nobody_for_longer(world: World) -> None:
    standup = await world.tool()
    await lock(standup)
    world.clock.move(-60 * MINUTE_MS)

    refused = await standup.say("#general", "Hello")
    world.clock.move(int(refused.headers["Retry-After"]) * SECOND_MS)

    assert refused.headers["Retry-After"] == "600"
    assert (await standup.say("#general", "Hello")).status == 204


async def lock(tool: Tool) -> None:
    for _ in range(POSTS + 1):
        answer = await tool.say("#general", "Hello")
    assert answer.status == 400


async def post(program: Program, path: str) -> Answer:
    return await program.post(path, {"text": "Hello"}, _bearer(program))


def _bearer(program: Program) -> list[tuple[str, str]]:
    return [("Authorization", f"Bearer {program.api_token}")]
