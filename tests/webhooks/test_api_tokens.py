"""A person's API token posts where an extension's does, and says of no extension that it was there."""

import pytest
from tests.people import Answer, Headers, posting_path
from tests.world import World

from keypost.caller import Scope

GENERAL = posting_path("#general")
TO_BOT = "/api/v2/bots/buildbot/message"
TO_BOT_V3 = "/api/v3/bots/buildbot/messages"
SCHEMES = ("Bearer", "bearer", "Zoho-oauthtoken")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("place", ["#general", "direct", TO_BOT, TO_BOT_V3])
async def test_it_posts_to_channels_chats_and_people(world: World, scheme: str, place: str) -> None:
    secret = (await world.program(world.grace, Scope.POST)).api_token
    path = place if place.startswith("/") else posting_path(place if place[0] == "#" else world.id_of(place))

    answer = await sent(world, path, [("Authorization", f"{scheme} {secret}")])

    assert (answer.status, answer.body) == (204, b"")


async def test_its_message_is_its_owners_and_no_extensions(world: World) -> None:
    await world.extension()
    secret = (await world.program(world.grace, Scope.POST)).api_token

    await sent(world, GENERAL, [("Authorization", f"Bearer {secret}")])

    (message,) = await world.messages_in("#general")
    assert (message.sender.name, message.token_id) == ("Grace Hopper", None)
    assert world.server.attribution.of(message) == ""


async def test_without_the_scope_to_post_it_posts_nothing(world: World) -> None:
    every_other = set(Scope) - {Scope.POST}
    secret = (await world.program(world.ada, *every_other)).api_token

    answers = [await sent(world, path, [("Authorization", f"Bearer {secret}")]) for path in (GENERAL, TO_BOT)]

    assert [(answer.status, answer.refused_with) for answer in answers] == [(403, "scope_missing")] * 2
    assert await world.messages_in("#general") == []


async def test_it_goes_where_its_owner_goes_and_no_further(world: World) -> None:
    secret = (await world.program(world.alan, Scope.POST)).api_token

    answer = await sent(world, posting_path("#builds"), [("Authorization", f"Bearer {secret}")])

    assert (answer.status, answer.refused_with) == (403, "channel_access_denied")


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_that_of_somebody_who_has_left_posts_nothing(world: World, scheme: str) -> None:
    secret = (await world.program(world.grace, Scope.POST)).api_token
    await world.deactivate(world.grace)

    answer = await sent(world, GENERAL, [("Authorization", f"{scheme} {secret}")])

    assert (answer.status, answer.refused_with) == (401, "oauthtoken_invalid")


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_one_that_nobody_made_posts_nothing(world: World, scheme: str) -> None:
    answer = await sent(world, GENERAL, [("Authorization", f"{scheme} kpa_{'x' * 43}")])

    assert (answer.status, answer.refused_with) == (401, "oauthtoken_invalid")


async def test_it_stands_in_authorization_and_nowhere_else(world: World) -> None:
    secret = (await world.program(world.grace, Scope.POST)).api_token

    answers = [
        await sent(world, GENERAL, [("X-Keypost-Token", secret)]),
        await sent(world, GENERAL, [("Authorization", f"Zoho-zapikey {secret}")]),
        await sent(world, f"{GENERAL}?zapikey={secret}", []),
        await sent(world, f"{GENERAL}?authtoken={secret}", []),
    ]

    assert [(answer.status, answer.refused_with) for answer in answers] == [(401, "invalid_zapikey")] * 4


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_beside_a_token_it_is_one_too_many(world: World, scheme: str) -> None:
    standup = await world.tool()
    api_token = ("Authorization", f"{scheme} {(await world.program(world.ada, Scope.POST)).api_token}")

    answers = [
        await sent(world, GENERAL, [api_token, ("X-Keypost-Token", standup.secret)]),
        await sent(world, GENERAL, [api_token, ("Authorization", f"Bearer {standup.secret}")]),
        await sent(world, f"{GENERAL}?zapikey={standup.secret}", [api_token]),
        await sent(world, GENERAL, [api_token, api_token]),
    ]

    assert [(answer.status, answer.refused_with) for answer in answers] == [(400, "several_credentials")] * 4
    assert await world.messages_in("#general") == []


async def sent(world: World, path: str, headers: Headers) -> Answer:
    return await world.stranger.post(path, {"text": "Hello"}, headers)
