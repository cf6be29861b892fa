"""Who a tool may speak as: its owner, a bot of the organisation, the bot of its own extension."""

from tests.people import Answer, Tool
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import Message, Party, PartyKind
from keypost.extensions.model import App

AS_BUILDBOT = "?bot_unique_name=buildbot"


async def test_a_bot_is_named_for_a_channel_and_ignored_for_a_chat(world: World) -> None:
    standup = await world.tool()
    builds = world.id_of("#builds")

    answers = [
        await standup.say("#builds", "To the channel", query=AS_BUILDBOT),
        await standup.say(builds, "To the chat", query=AS_BUILDBOT),
        await standup.say(builds, "To the chat", query="?bot_unique_name=nobody"),
    ]

    assert [answer.status for answer in answers] == [204] * 3
    authors = [(message.sender.kind, message.sender.name) for message in await world.messages_in("#builds")]
    ada = (PartyKind.PERSON, "Ada Lovelace")
    assert authors == [(PartyKind.BOT, "Build Bot"), ada, ada]


async def test_the_bot_of_an_extension_speaks_with_its_own_extensions_token_alone(world: World) -> None:
    app, other = await world.extension(), await world.extension("retro")
    await channel_with_its_bot(world, app)
    own, foreign = await world.tool(app), await world.tool(other)

    taken = await as_standup(own, "Mine")
    refused = await as_standup(foreign, "Not mine")

    assert taken.status == 204
    assert (refused.status, refused.refused_with) == (403, "bot_message_forbidden")
    (message,) = await world.messages_in("#daily")
    assert said_by_bot(message) == ("Mine", "Standup")


async def test_the_sandbox_face_does_not_speak_as_the_production_bot(world: World) -> None:
    app = await world.extension()
    await channel_with_its_bot(world, app)
    sandbox = await world.tool(await world.sandbox_of(app), sandbox=True)

    refused = await as_standup(sandbox, "Not mine")

    assert (refused.status, refused.refused_with) == (403, "bot_message_forbidden")
    assert await world.messages_in("#daily") == []


async def as_standup(tool: Tool, text: str) -> Answer:
    return await tool.say("#daily", text, query="?bot_unique_name=standup")


async def channel_with_its_bot(world: World, app: App) -> None:
    bot = world.server.chats.find_bot_of_app(world.org_id, app.id)
    assert bot is not None
    members = [Party(PartyKind.PERSON, world.ada.person.id), Party(PartyKind.BOT, bot.id)]
    await world.write(chat.create_channel, world.server.chats, world.org_id, "daily", members)


def said_by_bot(message: Message) -> tuple[str, str]:
    assert message.sender.kind is PartyKind.BOT
    return message.content.text, message.sender.name
