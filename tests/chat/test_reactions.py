from typing import Final
from urllib.parse import quote

import pytest
from tests.people import Answer, Program, Visitor
from tests.world import World

from keypost.caller import Scope
from keypost.chat import message_store
from keypost.chat import service as chat
from keypost.chat.model import Message, Reaction
from keypost.chat.reactions import EMOJI_MAX, list_of
from keypost.events import service as events
from keypost.events.model import Kind
from keypost.ids import show_message
from keypost_sdk.content import Message as Content

PAST_THE_MOST: Final = [chr(0x1F600 + number) for number in range(EMOJI_MAX + 1)]


async def test_a_program_adds_the_reaction_of_its_person(world: World) -> None:
    message = await said(world)

    answer = await react(world, world.grace, message, "🎉")

    assert (answer.status, answer.body) == (204, b"")
    assert await reactions(world, message) == {"🎉": ["Grace Hopper"]}


async def test_a_program_is_told_who_gave_which_emoji_the_first_first(world: World) -> None:
    message = await said(world)
    for who, emoji in ((world.grace, "👍"), (world.ada, "🎉"), (world.ada, "👍")):
        await react(world, who, message, emoji)
        world.clock.move(1)

    answer = await call(world, world.alan, "GET", path(world, message))

    assert answer.json["data"] == [
        {"emoji_code": "👍", "count": 2, "users": [user(world.grace), user(world.ada)]},
        {"emoji_code": "🎉", "count": 1, "users": [user(world.ada)]},
    ]


async def test_adding_twice_and_taking_back_twice_are_successes_and_one_event_each(world: World) -> None:
    message = await said(world)
    newest = world.server.hub.newest(world.org_id)

    for method in ("POST", "POST", "DELETE", "DELETE"):
        assert (await react(world, world.ada, message, "👍", method)).status == 204

    happened = await world.read(events.list_after, world.org_id, newest)
    assert [(event.kind, event.subject_id, event.chat_id) for event in happened] == [
        (Kind.REACTIONS_CHANGED, message.id, message.chat_id)
    ] * 2
    assert await reactions(world, message) == {}


async def test_taking_back_ones_own_leaves_those_of_the_others(world: World) -> None:
    message = await said(world)
    for who in (world.ada, world.grace):
        await react(world, who, message, "👍")

    await react(world, world.ada, message, "👍", "DELETE")

    assert await reactions(world, message) == {"👍": ["Grace Hopper"]}


async def test_the_emoji_may_stand_in_the_query(world: World) -> None:
    message = await said(world)
    address = f"{path(world, message)}?emoji_code={quote('👍')}"

    await call(world, world.ada, "POST", address)
    assert await reactions(world, message) == {"👍": ["Ada Lovelace"]}
    await call(world, world.ada, "DELETE", address)

    assert await reactions(world, message) == {}


@pytest.mark.parametrize("spelling", ["{}_{}", "{} {}", "{}%20{}", "{}%2520{}"])
async def test_every_spelling_of_a_messages_id_is_understood(world: World, spelling: str) -> None:
    message = await said(world)
    shown = spelling.format(*show_message(message.id).split("_")).replace(" ", "%20")
    address = f"/company/{world.org_id}/api/v2/chats/{world.id_of('#general')}/messages/{shown}/reactions"

    answer = await call(world, world.ada, "POST", address, {"emoji_code": "👍"})

    assert answer.status == 204
    assert await reactions(world, message) == {"👍": ["Ada Lovelace"]}


@pytest.mark.parametrize(
    ("sent", "emoji"),
    [
        *((emoji, emoji) for emoji in ("👍", "👍🏽", "❤️", "🇮🇳", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "👩\u200d💻", "1️⃣")),
        ("❤", "❤️"),
        (":thumbsup:", "👍"),
        (":+1:", "👍"),
        (":red_heart:", "❤️"),
    ],
)
async def test_an_emoji_is_the_same_however_it_is_written(lasting_world: World, sent: str, emoji: str) -> None:
    message = await said(lasting_world)

    answer = await react(lasting_world, lasting_world.ada, message, sent)

    assert answer.status == 204
    assert await reactions(lasting_world, message) == {emoji: ["Ada Lovelace"]}


@pytest.mark.parametrize(
    "emoji", ["", " ", "a", "1", "👍👍", "👍 ", "<b>", ":", "::", ":no such:", ":thumbsup", "x" * 101, "\u200d", "\x00"]
)
async def test_what_is_no_emoji_is_refused(lasting_world: World, emoji: str) -> None:
    world = lasting_world
    message = await said(world)

    answer = await react(world, world.ada, message, emoji)

    assert answer.status == 400
    assert "emoji_code" in answer.sentence
    assert await reactions(world, message) == {}


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"emoji_code": 5}', b'{"emoji": "x"}'])
async def test_a_body_that_names_no_emoji_is_refused(lasting_world: World, body: bytes) -> None:
    message = await said(lasting_world)

    answers = [
        await call(lasting_world, lasting_world.ada, method, path(lasting_world, message), body)
        for method in ("POST", "DELETE")
    ]

    assert {answer.refused_with for answer in answers} <= {"param_missing", "invalid_inputs"}


async def test_a_message_has_so_many_different_reactions_and_no_more(world: World) -> None:
    message = await said(world)
    *fitting, one_more = PAST_THE_MOST
    for emoji in fitting:
        assert (await react(world, world.ada, message, emoji)).status == 204

    refused = await react(world, world.grace, message, one_more)
    joined = await react(world, world.grace, message, fitting[0])

    assert (refused.status, refused.refused_with) == (400, "reaction_limit_exceeded")
    assert joined.status == 204
    assert set(await reactions(world, message)) == set(fitting)


async def test_there_is_nothing_to_react_to_where_no_such_message_is(world: World) -> None:
    message = await said(world)
    elsewhere = f"/api/v2/chats/{world.id_of('#builds')}/messages/{show_message(message.id)}/reactions"
    nowhere = f"/api/v2/chats/{world.id_of('#general')}/messages/1_1/reactions"

    for address in (elsewhere, nowhere, nowhere.replace("1_1", "x")):
        for method in ("GET", "POST", "DELETE"):
            answer = await call(world, world.ada, method, address, {"emoji_code": "👍"})
            assert (answer.status, answer.refused_with) == (404, "message_not_found")


async def test_nobody_reacts_in_a_chat_of_others(world: World) -> None:
    mallory, message = await world.foreigner(), await said(world, "#builds")

    for who in (world.alan, mallory):
        for method in ("GET", "POST", "DELETE"):
            answer = await call(world, who, method, path(world, message, "#builds"), {"emoji_code": "👍"})
            assert (answer.status, answer.refused_with) == (404, "chat_not_found")
        await who.arrive()
        answer = await who.react(world.id_of("#builds"), show_message(message.id))
        assert (answer.status, answer.refused_with) == (404, "chat_not_found")

    assert await reactions(world, message, "#builds") == {}


async def test_another_organisations_address_is_refused(world: World) -> None:
    mallory, message = await world.foreigner(), await said(world)

    answer = await call(world, mallory, "POST", f"/company/{world.org_id}{path(world, message)}", {"emoji_code": "👍"})

    assert (answer.status, answer.refused_with) == (403, "invalid_access")


async def test_a_program_that_may_only_read_lists_and_one_that_may_only_post_reacts(world: World) -> None:
    message = await said(world)
    reader, poster = await world.program(world.ada, Scope.READ), await world.program(world.ada, Scope.POST)

    answers = {
        (name, method): (await program.send(method, path(world, message), {"emoji_code": "👍"}, bearer(program))).status
        for name, program in (("reader", reader), ("poster", poster))
        for method in ("GET", "POST", "DELETE")
    }

    assert answers == {
        ("reader", "GET"): 200,
        ("reader", "POST"): 403,
        ("reader", "DELETE"): 403,
        ("poster", "GET"): 403,
        ("poster", "POST"): 204,
        ("poster", "DELETE"): 204,
    }


async def test_an_extensions_token_does_not_react(world: World) -> None:
    message = await said(world)
    standup = await world.tool()

    answer = await standup.carry(path(world, message), {"emoji_code": "👍"})

    assert answer.status == 401


async def test_a_page_gives_and_takes_a_reaction(world: World) -> None:
    message = await said(world)
    place, shown = world.id_of("#general"), show_message(message.id)

    for is_on in (True, True):
        assert (await world.ada.react(place, shown, is_on=is_on)).status == 200
    assert await reactions(world, message) == {"👍": ["Ada Lovelace"]}
    for is_on in (False, False):
        assert (await world.ada.react(place, shown, is_on=is_on)).status == 200

    assert await reactions(world, message) == {}


async def test_an_edit_leaves_the_reactions(world: World) -> None:
    message = await said(world)
    await react(world, world.grace, message, "👍")

    async with world.ada.watching() as stream:
        await edit(world, message, "now so")
        happened = await stream.next()

    assert happened is not None
    assert 'data-emoji="👍"' in happened.data["html"]
    assert await reactions(world, message) == {"👍": ["Grace Hopper"]}


async def test_with_a_message_that_is_taken_back_go_its_reactions(world: World) -> None:
    taken_back, other = await said(world), await said(world)
    for message in (taken_back, other):
        await react(world, world.grace, message, "👍")

    await world.write(chat.delete, world.server.cabinet, taken_back)

    left = await world.read(list_of, world.org_id, [taken_back.id, other.id])
    assert left == {other.id: [Reaction("👍", (world.grace.person.id,))]}


async def test_taking_back_twice_is_told_once(world: World) -> None:
    message = await said(world)
    newest = world.server.hub.newest(world.org_id)

    for _ in range(2):
        known = await world.read(message_store.find_any, world.org_id, message.id)
        assert known is not None
        await world.write(chat.delete, world.server.cabinet, known)

    happened = await world.read(events.list_after, world.org_id, newest)
    assert [event.kind for event in happened] == [Kind.MESSAGE_DELETED]


async def test_everybody_in_the_chat_hears_of_a_reaction_and_of_who_gave_it(world: World) -> None:
    message = await said(world)
    await world.alan.arrive()

    async with world.alan.watching() as stream:
        await react(world, world.grace, message, "👍")
        happened = await stream.next()

    assert happened is not None
    assert happened.name == "reactions"
    assert (happened.data["chat"], happened.data["message"]) == (world.id_of("#general"), show_message(message.id))
    assert f'data-persons="{world.grace.person.id}"' in happened.data["html"]
    assert "Grace Hopper" in happened.data["html"]


async def said(world: World, place: str = "#general") -> Message:
    await world.ada.arrive()
    await world.ada.say(world.id_of(place), "What do you think?")
    return (await world.messages_in(place))[-1]


async def edit(world: World, message: Message, text: str) -> None:
    await world.write(chat.edit, message.org_id, message.chat_id, message.id, Content(text=text))


async def react(world: World, who: Visitor, message: Message, emoji: str, method: str = "POST") -> Answer:
    return await call(world, who, method, path(world, message), {"emoji_code": emoji})


async def reactions(world: World, message: Message, place: str = "#general") -> dict[str, list[str]]:
    answer = await call(world, world.ada, "GET", path(world, message, place))
    assert answer.status == 200, answer.text
    return {row["emoji_code"]: [given["name"] for given in row["users"]] for row in answer.json["data"]}


async def call(world: World, who: Visitor, method: str, address: str, body: object = None) -> Answer:
    program = await world.program(who)
    return await program.send(method, address, body if method != "GET" else None, bearer(program))


def bearer(program: Program) -> list[tuple[str, str]]:
    return [("Authorization", f"Zoho-oauthtoken {program.api_token}")]


def path(world: World, message: Message, place: str = "#general") -> str:
    return f"/api/v2/chats/{world.id_of(place)}/messages/{show_message(message.id)}/reactions"


def user(who: Visitor) -> dict[str, str]:
    return {"id": str(who.person.id), "name": who.person.name}
