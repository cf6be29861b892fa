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


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("//api/v2/channelsbyname/general/message", "/api/v2/channelsbyname/{name}/message"),
        ("/api/v2/channelsbyname/general/message/", "/api/v2/channelsbyname/{name}/message"),
        ("/api/v2/channelsbyname/general/messages", "/api/v2/channelsbyname/{name}/message"),
        ("/api/v3/channelsbyname/general/message", "/api/v3/channelsbyname/{name}/messages"),
        ("/company/1//api/v3/bots/buildbot/message", "/api/v3/bots/{name}/messages"),
    ],
)
async def test_an_address_that_is_nearly_one_is_told_which_one(lasting_world: World, path: str, meant: str) -> None:
    answer = await lasting_world.stranger.post(path, {"text": "Hi"})

    assert (answer.status, answer.refused_with) == (404, "url_not_found")
    assert answer.sentence == f"There is nothing at this address. Perhaps {meant} was meant."


@pytest.mark.parametrize(
    "path", ["/x", "//", "/api/v2/channelsbyname/x", "/api/v9/buddies/x/message", "//chats/CT_1_2"]
)
async def test_of_any_other_unknown_address_nothing_more_is_said(lasting_world: World, path: str) -> None:
    answer = await lasting_world.stranger.get(path)

    assert answer.status == 404
    assert answer.sentence == "There is nothing at this address."
