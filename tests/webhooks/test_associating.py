"""A bot is brought into a channel, where it can speak from then on."""

import asyncio

from tests.people import Answer
from tests.webhooks.test_bots import add_guest, bot_of
from tests.world import World

from keypost.caller import Scope
from keypost.chat import service as chat
from keypost.chat.model import Party, PartyKind


async def test_a_bot_that_was_brought_in_speaks_in_the_channel(world: World) -> None:
    standup = await world.tool(await world.extension())

    before = await standup.say("#builds", "Hello", query="?bot_unique_name=standup")
    taken = await associate(world, standup.secret, "standup", "builds", standup.app.appkey)
    after = await standup.say("#builds", "Hello", query="?bot_unique_name=standup")

    assert before.refused_with == "bot_not_channel_member"
    assert (taken.status, taken.body, after.status) == (204, b"", 204)
    assert [message.sender.name for message in await world.messages_in("#builds")] == ["Standup"]


async def test_twice_is_a_refusal_and_the_bot_stays(world: World) -> None:
    standup = await world.tool(await world.extension())

    answers = await asyncio.gather(
        *[associate(world, standup.secret, "standup", "builds", standup.app.appkey, v3=bool(n % 2)) for n in range(4)]
    )

    assert sorted(answer.status for answer in answers) == [204, 400, 400, 400]
    assert {answer.refused_with for answer in answers} == {"", "bot_already_member"}
    await world.restart()
    assert Party(PartyKind.BOT, bot_of(world, standup.app).id) in world.chat("#builds").members


async def test_members_and_admins_bring_bots_and_nobody_else(world: World) -> None:
    app = await world.extension()
    await world.channel("daily", world.grace)
    guest = await world.visitor(await world.write(add_guest, world))
    party = Party(PartyKind.PERSON, guest.person.id)
    await world.write(chat.add_member, world.server.chats, world.chat("#daily"), party)
    secrets = {
        "alan": (await world.program(world.alan, Scope.POST)).api_token,
        "the guest": (await world.program(guest, Scope.POST)).api_token,
        "ada, without admin": (await world.program(world.ada, Scope.POST)).api_token,
        "grace, who reads": (await world.program(world.grace, Scope.READ)).api_token,
        "ada": (await world.program(world.ada, Scope.POST, Scope.ADMIN)).api_token,
    }

    answers = {who: await associate(world, secret, "standup", "daily", app.appkey) for who, secret in secrets.items()}
    graces = await associate(world, (await world.program(world.grace, Scope.POST)).api_token, "buildbot", "daily")

    assert {who: answer.refused_with for who, answer in answers.items()} == {
        "alan": "channel_access_denied",
        "the guest": "bot_unauthorized_message_access",
        "ada, without admin": "channel_access_denied",
        "grace, who reads": "scope_missing",
        "ada": "",
    }
    assert graces.status == 204


async def test_a_wrong_address_brings_nobody_in(world: World) -> None:
    app, other = await world.extension(), await world.extension("retro")
    own, foreign = await world.tool(app), await world.tool(other)
    before = world.chat("#builds").members

    refused = {
        "no key": await associate(world, own.secret, "standup", "builds"),
        "wrong key": await associate(world, own.secret, "standup", "builds", other.appkey),
        "another extension's token": await associate(world, foreign.secret, "standup", "builds", app.appkey),
        "no bot": await associate(world, own.secret, "nobody", "builds"),
        "no channel": await associate(world, own.secret, "standup", "nowhere", app.appkey),
        "no name": await world.stranger.post("/api/v2/bots/buildbot/associate", {}, bearer(own.secret)),
    }

    assert {why: (answer.status, answer.refused_with) for why, answer in refused.items()} == {
        "no key": (400, "param_missing"),
        "wrong key": (401, "invalid_appkey"),
        "another extension's token": (403, "bot_message_forbidden"),
        "no bot": (404, "bot_not_found"),
        "no channel": (404, "channel_not_found"),
        "no name": (400, "param_missing"),
    }
    assert world.chat("#builds").members == before


async def associate(world: World, secret: str, bot: str, channel: str, appkey: str = "", *, v3: bool = False) -> Answer:
    query = f"?{'extension_key' if v3 else 'appkey'}={appkey}" if appkey else ""
    path = f"/api/{'v3' if v3 else 'v2'}/bots/{bot}/associate{query}"
    return await world.stranger.post(path, {"channel_unique_name": channel}, bearer(secret))


def bearer(secret: str) -> list[tuple[str, str]]:
    return [("Authorization", f"Bearer {secret}")]
