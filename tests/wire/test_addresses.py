"""What holds at every address of the wire that takes a token, and what may stand beside the token."""

from http import HTTPStatus
from itertools import product
from typing import Final

import pytest
from tests.people import posting_path
from tests.web.test_attacks import filled
from tests.world import World

from keypost.routes import ROUTES
from keypost.web.routing import Route, paths

TAKING_TOKENS: Final = [
    route for route in ROUTES if "token_in_address" in route.access.schemes and "POST" in route.methods
]
NAMES: Final = ("zapikey", "authtoken")


@pytest.mark.parametrize("route", TAKING_TOKENS, ids=lambda route: route.path)
async def test_the_query_carries_the_token_at_every_address(lasting_world: World, route: Route) -> None:
    standup = await lasting_world.tool()

    for path, name in product(paths(route), NAMES):
        answer = await lasting_world.stranger.post(f"{filled(lasting_world, path)}?{name}={standup.secret}", b"")
        assert answer.status != HTTPStatus.UNAUTHORIZED
    await lasting_world.revoke(standup)


async def test_token_and_key_stand_in_any_order_and_unescaped(world: World) -> None:
    standup = await world.tool(await world.running_extension())
    token, key = f"zapikey={standup.secret}", f"appkey={standup.app.appkey}"
    path = f"/api/v2/applications/{standup.app.id}/incoming"
    assert key.endswith("=")

    answers = [await world.stranger.post(f"{path}?{query}", b"event") for query in (f"{token}&{key}", f"{key}&{token}")]

    assert [(answer.status, answer.json) for answer in answers] == [(200, {"text": "event: event"})] * 2


async def test_a_header_may_name_the_organisation(world: World) -> None:
    standup = await world.tool()

    answer = await standup.carry(posting_path("#general"), {"text": "Hello"}, [("orgId", f"{world.org_id}")])

    assert answer.status == 204
    assert await world.texts_in("#general") == ["Hello"]
