"""The wire's numbers, with KEYPOST_LIMITS=vendor: so many calls a minute, and then none for so many minutes."""

from collections.abc import Mapping
from typing import Final

import pytest
from tests.web.test_attacks import filled
from tests.world import World

from keypost.clock import HOUR_MS, MINUTE_MS
from keypost.settings import Limits

ACTS: Final = "/api/v2/chats/{chat}/messages/{message}"
CALLS: Final[Mapping[tuple[str, str], tuple[int, int]]] = {
    ("POST", "/api/v2/channelsbyname/{name}/message"): (50, 10),
    ("POST", "/api/v3/channels/{channel}/messages"): (50, 10),
    ("POST", "/api/v2/chats/{chat}/message"): (50, 10),
    ("POST", "/api/v2/buddies/{person}/message"): (50, 10),
    ("POST", "/api/v2/bots/{name}/message"): (50, 10),
    ("POST", "/api/v3/bots/{name}/messages"): (50, 10),
    ("POST", "/api/v3/bots/{name}/incoming"): (50, 10),
    ("POST", "/api/v2/chats/{chat}/files"): (20, 10),
    ("GET", "/api/v2/files/{file}"): (20, 10),
    ("POST", "/api/v2/bots/{name}/associate"): (5, 5),
    ("GET", "/api/v2/bots/{name}/subscribers"): (100, 10),
    ("GET", "/api/v3/bots/{name}/subscribers"): (100, 5),
    ("GET", "/api/v2/chats/{chat}/messages"): (15, 5),
    ("GET", ACTS): (30, 5),
    ("PUT", ACTS): (50, 10),
    ("DELETE", ACTS): (20, 5),
    ("POST", f"{ACTS}/reactions"): (20, 5),
    ("DELETE", f"{ACTS}/reactions"): (20, 5),
}


@pytest.fixture(autouse=True, scope="module")
async def _as_the_vendor(lasting_world: World) -> None:
    await lasting_world.restart(limits=Limits.VENDOR)


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
async def test_one_call_too_many_in_a_minute_locks_its_kind_for_minutes(
    lasting_world: World, call: tuple[str, str]
) -> None:
    (method, path), (calls, minutes) = call, CALLS[call]
    lasting_world.clock.move(HOUR_MS)
    program = await lasting_world.program(lasting_world.ada)
    refused = (429, "rate_limit_exceeded") if "/v3/" in path else (400, "request_limit_exceeded")

    async def sent() -> tuple[int, str]:
        bearer = [("Authorization", f"Bearer {program.api_token}")]
        answer = await program.send(method, filled(lasting_world, path), None, bearer)
        return answer.status, answer.refused_with

    counted = [await sent() for _ in range(calls)]
    one_more = await sent()
    lasting_world.clock.move(minutes * MINUTE_MS - 1)
    still = await sent()
    lasting_world.clock.move(1)

    assert refused not in counted
    assert (one_more, still) == (refused, refused)
    assert await sent() != refused


async def test_all_tokens_of_a_person_count_together_on_the_newer_wire(lasting_world: World) -> None:
    lasting_world.clock.move(HOUR_MS)
    path, posts = "/api/v3/channelsbyname/general/messages", 50
    tools = [await lasting_world.tool() for _ in range(2)]
    graces = await lasting_world.tool(owner=lasting_world.grace)

    statuses = [(await tools[number % 2].carry(path, {"text": "Hi"})).status for number in range(posts)]
    one_more = [(await tool.carry(path, {"text": "Hi"})).status for tool in (*tools, graces)]

    assert set(statuses) == {204}
    assert one_more == [429, 429, 204]
