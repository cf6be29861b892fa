"""A tool lets a bot write: to the people who are named, to everybody whom it serves, or to its token's owner alone."""

import pytest
from msgspec import structs
from sqlalchemy import delete, select
from tests.people import Answer, Tool, Visitor
from tests.world import World

from keypost.caller import Scope
from keypost.chat import service as chat
from keypost.chat.model import Bot, Party, PartyKind
from keypost.db.tables import chats, members, messages
from keypost.db.tx import Tx
from keypost.extensions.model import App
from keypost.ids import ChatId, PersonId
from keypost.people import service as people
from keypost.people.model import Person, Role

HELLO = {"text": "Stand up!"}


async def test_an_admins_tool_reaches_everybody_and_anybody_elses_its_owner(world: World) -> None:
    app = await world.extension()

    await posted(await world.tool(app, owner=world.ada), HELLO)
    await posted(await world.tool(app, owner=world.grace), {"text": "Only me"})

    assert await heard(world, app) == {"ada": ["Stand up!"], "grace": ["Stand up!", "Only me"], "alan": ["Stand up!"]}


@pytest.mark.parametrize("broadcast", [True, "true"])
async def test_a_broadcast_reaches_everybody(world: World, broadcast: object) -> None:
    tool = await world.tool(await world.extension(), owner=world.grace)

    await posted(tool, HELLO | {"broadcast": broadcast})

    assert await heard(world, tool.app) == {"ada": ["Stand up!"], "grace": ["Stand up!"], "alan": ["Stand up!"]}


@pytest.mark.parametrize("broadcast", [False, "false"])
async def test_no_broadcast_reaches_the_owner_alone_also_an_admin(world: World, broadcast: object) -> None:
    tool = await world.tool(await world.extension())

    await posted(tool, HELLO | {"broadcast": broadcast})

    assert await heard(world, tool.app) == {"ada": ["Stand up!"], "grace": [], "alan": []}


@pytest.mark.parametrize("name", ["userids", "user_ids"])
async def test_people_are_named_by_id_or_e_mail_and_win_over_a_broadcast(world: World, name: str) -> None:
    tool = await world.tool(await world.extension(), owner=world.grace)
    alan, nobody = world.alan.person, "nobody@example.com, 4711,,"

    await posted(tool, HELLO | {name: f" {alan.id} ,{alan.email.upper()}, {nobody}", "broadcast": True})

    assert await heard(world, tool.app) == {"ada": [], "grace": [], "alan": ["Stand up!"]}


async def test_the_newer_address_takes_names_in_the_query_and_a_card_without_text(world: World) -> None:
    tool = await world.tool(await world.extension())

    answer = await posted(tool, {"card": {"title": "Daily"}}, v3=True, query=f"&user_ids={world.alan.person.email}")

    assert answer.status == 204
    assert await heard(world, tool.app) == {"ada": [], "grace": [], "alan": [""]}


@pytest.mark.parametrize("v3", [False, True])
async def test_what_the_wire_says_besides_changes_nothing(world: World, v3: bool) -> None:
    tool = await world.tool(await world.extension())
    besides = {"mark_as_read": True, "notify_edit": "false", "bot_name": "x", "unknown": {"a": [None]}}

    answer = await posted(tool, HELLO | besides, v3=v3, query=f"&userids={world.alan.person.id}&mark_as_read=x&free=1")

    assert answer.status == 204
    assert await heard(world, tool.app) == {"ada": [], "grace": [], "alan": ["Stand up!"]}


async def test_the_answer_to_who_asks_says_who_got_which_message_where(world: World) -> None:
    tool = await world.tool(await world.extension())
    grace, alan = str(world.grace.person.id), str(world.alan.person.id)

    answer = await posted(tool, HELLO | {"user_ids": f"{alan},{grace}", "sync_message": True})

    assert answer.status == 200
    assert answer.json["user_ids"] == [alan, grace]
    details = answer.json["message_details"]
    assert details.keys() == {alan, grace}
    assert details[alan]["chat_id"] != details[grace]["chat_id"]
    assert f"-B{bot_of(world, tool.app).id}" in details[alan]["chat_id"]
    read = await world.alan.read(details[alan]["chat_id"])
    assert [(message["id"], message["sender"]["name"]) for message in read.json["data"]] == [
        (details[alan]["message_id"], "Standup")
    ]


async def test_a_second_message_goes_to_the_same_chat(world: World) -> None:
    tool = await world.tool(await world.extension(), owner=world.grace)

    first, second = [await posted(tool, HELLO | {"sync_message": True}) for _ in range(2)]

    (one,), (two,) = first.json["message_details"].values(), second.json["message_details"].values()
    assert one["chat_id"] == two["chat_id"]
    assert one["message_id"] != two["message_id"]


@pytest.mark.parametrize("names", ["", " , ", "nobody@example.com", "4711", "99999999999999999999999"])
async def test_names_of_nobody_reach_nobody_and_never_everybody(world: World, names: str) -> None:
    tool = await world.tool(await world.extension())

    refused = await posted(tool, HELLO | {"user_ids": names})

    assert (refused.status, refused.refused_with) == (400, "botmessage_no_valid_users")
    assert await world.read(count) == 0


async def test_a_hundred_can_be_named_and_not_one_more(world: World) -> None:
    tool = await world.tool(await world.extension())
    hundred = ",".join([world.grace.person.email] * 100)

    taken = await posted(tool, HELLO | {"user_ids": hundred})
    refused = await posted(tool, HELLO | {"user_ids": f"{hundred},x"})

    assert (taken.status, refused.refused_with) == (204, "invalid_inputs")
    assert await heard(world, tool.app) == {"ada": [], "grace": ["Stand up!"], "alan": []}


async def test_who_has_left_and_who_is_of_another_organisation_get_nothing(world: World) -> None:
    tool = await world.tool(await world.extension())
    foreigner = await world.foreigner()
    await world.deactivate(world.alan)

    everybody = await posted(tool, HELLO | {"broadcast": True})
    named = await posted(tool, HELLO | {"user_ids": f"{world.alan.person.id},{foreigner.person.id}"})

    assert (everybody.status, named.refused_with) == (204, "botmessage_no_valid_users")
    assert await heard(world, tool.app) == {"ada": ["Stand up!"], "grace": ["Stand up!"], "alan": []}


async def test_an_app_of_one_team_reaches_that_team(world: World) -> None:
    team = await world.team(7, world.ada, world.grace)
    tool = await world.tool(await world.extension(teams=frozenset({team})))

    everybody = await posted(tool, HELLO | {"broadcast": True})
    outside = await posted(tool, HELLO | {"user_ids": world.alan.person.email})

    assert (everybody.status, outside.refused_with) == (204, "botmessage_no_valid_users")
    assert await heard(world, tool.app) == {"ada": ["Stand up!"], "grace": ["Stand up!"], "alan": []}


async def test_an_app_that_does_not_serve_the_owner_lets_its_bot_write_nothing(world: World) -> None:
    team = await world.team(7, world.ada)
    tool = await world.tool(await world.extension(teams=frozenset({team})), owner=world.grace)

    refused = await posted(tool, HELLO | {"user_ids": world.ada.person.email})

    assert (refused.status, refused.refused_with) == (403, "extension_disabled")
    assert await world.read(count) == 0


async def test_a_guest_lets_a_bot_write_to_nobody_but_themselves(world: World) -> None:
    guest = await world.visitor(await world.write(add_guest, world))
    tool = await world.tool(await world.extension(), owner=guest)

    alone = await posted(tool, HELLO)
    by_name = await posted(tool, HELLO | {"user_ids": f"{guest.person.id},{guest.person.email.upper()}"})
    refused = [await posted(tool, HELLO | wish) for wish in ({"broadcast": True}, {"user_ids": world.ada.person.email})]

    assert (alone.status, by_name.status) == (204, 204)
    assert [(answer.status, answer.refused_with) for answer in refused] == [
        (403, "bot_unauthorized_message_access")
    ] * 2
    assert await world.read(count) == 2


async def test_a_guest_is_not_told_who_there_is(world: World) -> None:
    guest = await world.visitor(await world.write(add_guest, world))
    tool = await world.tool(await world.extension(), owner=guest)
    there, gone = (who.person for who in (world.ada, world.grace))
    await world.deactivate(world.grace)
    named = [there.email, there.id, gone.email, gone.id, "nobody@example.com", 4711, f"{guest.person.id},nobody"]

    answers = [await posted(tool, HELLO | {"user_ids": str(name)}) for name in named]

    assert {(answer.status, answer.body) for answer in answers} == {(403, answers[0].body)}


async def test_a_bot_without_an_extension_writes_to_those_who_know_it(world: World) -> None:
    tool = await world.tool(owner=world.grace)
    await posted(tool, {"text": "Hello"}, bot="buildbot", appkey="")

    await posted(tool, {"text": "To all"} | {"broadcast": True}, bot="buildbot", appkey="")

    bot = world.server.chats.find_bot_named(world.org_id, "buildbot")
    assert bot is not None
    assert await texts_with(world, bot, world.grace) == ["Hello", "To all"]
    assert await texts_with(world, bot, world.ada) == []


async def test_an_admins_tool_writes_to_its_owner_as_long_as_the_bot_knows_nobody(world: World) -> None:
    tool = await world.tool(owner=world.ada)
    bot = world.server.chats.find_bot_named(world.org_id, "buildbot")
    assert bot is not None

    to_all = await posted(tool, {"text": "To all", "broadcast": True}, bot="buildbot", appkey="")
    first = await posted(tool, {"text": "First"}, bot="buildbot", appkey="")
    await posted(tool, {"text": "Hi", "user_ids": world.grace.person.email}, bot="buildbot", appkey="")
    await posted(tool, {"text": "Second"}, bot="buildbot", appkey="")

    assert (to_all.status, to_all.refused_with, first.status) == (400, "botmessage_no_valid_users", 204)
    assert await texts_with(world, bot, world.ada) == ["First", "Second"]
    assert await texts_with(world, bot, world.grace) == ["Hi", "Second"]


async def test_the_bot_of_an_extension_needs_its_key_and_its_own_token(world: World) -> None:
    app, other = await world.extension(), await world.extension("retro")
    own, foreign = await world.tool(app), await world.tool(other)
    sandbox = await world.tool(await world.sandbox_of(app), sandbox=True)

    refused = {
        "no key": await posted(own, HELLO, appkey=""),
        "wrong key": await posted(own, HELLO, appkey=other.appkey),
        "foreign token": await posted(foreign, HELLO, bot="standup", appkey=app.appkey),
        "sandbox token": await posted(sandbox, HELLO, bot="standup", appkey=app.appkey),
        "no bot": await posted(own, HELLO, bot="nobody"),
    }

    assert {why: (answer.status, answer.refused_with) for why, answer in refused.items()} == {
        "no key": (400, "param_missing"),
        "wrong key": (401, "invalid_appkey"),
        "foreign token": (403, "bot_message_forbidden"),
        "sandbox token": (403, "bot_message_forbidden"),
        "no bot": (404, "bot_not_found"),
    }
    assert await world.read(count) == 0


async def test_an_api_token_lets_a_free_bot_write_and_no_extensions(world: World) -> None:
    app = await world.extension()
    program = await world.program(world.grace, Scope.POST)
    bearer = [("Authorization", f"Bearer {program.api_token}")]

    free = await program.post("/api/v2/bots/buildbot/message", HELLO, bearer)
    owned = await program.post(f"/api/v2/bots/standup/message?appkey={app.appkey}", HELLO, bearer)

    assert (free.status, owned.status, owned.refused_with) == (204, 403, "bot_message_forbidden")


async def test_the_newer_address_sends_to_a_channel_in_which_the_bot_takes_part(world: World) -> None:
    tool = await world.tool(await world.extension())
    bot = bot_of(world, tool.app)
    parties = [Party(PartyKind.PERSON, world.ada.person.id), Party(PartyKind.BOT, bot.id)]
    await world.write(chat.create_channel, world.server.chats, world.org_id, "daily", parties)

    taken = await posted(tool, HELLO, v3=True, query="&CHANNEL_UNIQUE_NAME=daily")
    elsewhere = await posted(tool, HELLO, v3=True, query="&CHANNEL_UNIQUE_NAME=general")

    assert (taken.status, elsewhere.refused_with) == (204, "bot_not_channel_member")
    assert [message.sender.name for message in await world.messages_in("#daily")] == ["Standup"]
    assert await world.read(count) == 1


async def test_a_broadcast_that_fails_for_one_reaches_nobody(world: World) -> None:
    tool = await world.tool(await world.extension())
    await posted(tool, {"text": "Before"})
    lost = world.server.chats.find_bot_chat(bot_of(world, tool.app), world.alan.person.id)
    assert lost is not None
    await world.write(lose_chat, lost.id)

    answer = await posted(tool, HELLO)

    assert answer.status == 500
    assert {text for texts in (await heard(world, tool.app)).values() for text in texts} == {"Before"}


async def test_a_secret_of_ours_is_in_no_bots_message(world: World) -> None:
    tool = await world.tool(await world.extension())

    refused = await posted(tool, {"text": f"My key is {tool.secret}"})

    assert refused.refused_with == "secret_in_message"
    assert await world.read(count) == 0


async def posted(
    tool: Tool, body: object, *, bot: str = "", appkey: str | None = None, v3: bool = False, query: str = ""
) -> Answer:
    """Through the bot of the tool's own extension with its key, if nothing else is said."""
    name = bot or tool.app.extension.manifest.name
    path = f"/api/v3/bots/{name}/messages" if v3 else f"/api/v2/bots/{name}/message"
    key = tool.app.appkey if appkey is None else appkey
    given = f"extension_key={key}" if v3 else f"appkey={key}"
    return await tool.carry(f"{path}?{given if key else ''}{query}", body)


async def heard(world: World, app: App) -> dict[str, list[str]]:
    """What each person has from the app's bot."""
    everybody = {"ada": world.ada, "grace": world.grace, "alan": world.alan}
    return {name: await texts_with(world, bot_of(world, app), who) for name, who in everybody.items()}


async def texts_with(world: World, bot: Bot, who: Visitor) -> list[str]:
    place = world.server.chats.find_bot_chat(bot, who.person.id)
    if place is None:
        return []
    found = await world.read(chat.list_messages, place.org_id, place.id, limit=100)
    assert {message.sender.id for message in found} <= {bot.id}
    return [message.content.text for message in found]


def bot_of(world: World, app: App) -> Bot:
    bot = world.server.chats.find_bot_of_app(world.org_id, app.id)
    assert bot is not None
    return bot


def add_guest(tx: Tx, world: World) -> Person:
    guest = structs.replace(
        world.alan.person, id=PersonId(tx.new_id()), email="guest@example.com", first_name="Guest", role=Role.GUEST
    )
    return people.add_person(tx, world.server.people, guest)


def lose_chat(tx: Tx, chat_id: ChatId) -> None:
    """As no verb does; the directory still knows it."""
    for table, column in ((messages, messages.c.chat_id), (members, members.c.chat_id), (chats, chats.c.id)):
        tx.run(delete(table).where(column == chat_id))


def count(tx: Tx) -> int:
    return len(tx.all(select(messages.c.id)))
