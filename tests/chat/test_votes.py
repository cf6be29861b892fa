import asyncio
import json
import re
from html import unescape
from typing import Any, Final

import pytest
from tests.people import Visitor
from tests.world import World

from keypost.chat import service as chat
from keypost.chat import votes
from keypost.chat.model import Message, Party, PartyKind
from keypost.events import service as events
from keypost.events.model import Kind
from keypost.ids import show_message
from keypost_sdk.content import Card, PollOption
from keypost_sdk.content import Message as Content

MINE: Final = re.compile(r'data-votes="([^"]*)"')


async def test_each_person_has_one_vote_and_everybody_sees_how_many_there_are(world: World) -> None:
    poll = await asked(world)

    for who, option in ((world.ada, 0), (world.grace, 1), (world.alan, 1)):
        assert (await vote(world, who, poll, option)).status == 200

    assert await counted(world, poll) == [1, 2, 0]


async def test_a_vote_can_be_changed_and_taken_back(world: World) -> None:
    poll = await asked(world)

    for option, expected in ((0, [1, 0, 0]), (2, [0, 0, 1]), (None, [0, 0, 0]), (2, [0, 0, 1])):
        await vote(world, world.ada, poll, option)
        assert await counted(world, poll) == expected


async def test_voting_twice_for_the_same_is_told_once(world: World) -> None:
    poll = await asked(world)
    newest = world.server.hub.newest(world.org_id)

    for option in (1, 1, None, None):
        assert (await vote(world, world.ada, poll, option)).status == 200

    happened = await world.read(events.list_after, world.org_id, newest)
    assert [(event.kind, event.chat_id, event.person_id) for event in happened] == [
        (Kind.VOTES_CHANGED, poll.chat_id, None),
        (Kind.VOTED, None, world.ada.person.id),
    ] * 2


async def test_with_a_poll_that_is_taken_back_go_the_votes(world: World) -> None:
    poll = await asked(world)
    await vote(world, world.ada, poll, 0)
    newest = world.server.hub.newest(world.org_id)

    await world.write(chat.delete, world.server.cabinet, poll)

    happened = await world.read(events.list_after, world.org_id, newest)
    assert await world.read(votes.choices, world.org_id, [poll.id], [world.ada.person.id]) == {}
    assert [(event.kind, event.person_id) for event in happened] == [
        (Kind.VOTED, world.ada.person.id),
        (Kind.MESSAGE_DELETED, None),
    ]


async def test_of_votes_at_the_same_moment_one_counts(world: World) -> None:
    poll = await asked(world)
    await world.ada.arrive()

    answers = await asyncio.gather(*(vote(world, world.ada, poll, number % 3) for number in range(12)))

    assert {answer.status for answer in answers} == {200}
    assert sum(await counted(world, poll)) == 1


async def test_everybody_is_told_the_numbers_and_the_voter_alone_for_what(world: World) -> None:
    poll = await asked(world)
    await world.ada.arrive()
    await world.grace.arrive()

    async with world.ada.watching() as mine, world.grace.watching() as others:
        await vote(world, world.ada, poll, 1)
        await world.ada.say(world.id_of("#general"), "Done")
        told = [await mine.next() for _ in range(3)]
        heard = [await others.next() for _ in range(2)]

    assert [frame.name for frame in told if frame is not None] == ["votes", "voted", "message"]
    assert told[1] is not None
    assert told[1].data == {
        "chat": world.id_of("#general"),
        "message": show_message(poll.id),
        "thread": "",
        "option": 1,
    }
    assert [frame.name for frame in heard if frame is not None] == ["votes", "message"]
    assert heard[0] is not None
    assert "1 vote · 100%" in heard[0].data["html"]
    assert str(world.ada.person.id) not in json.dumps(heard[0].data)


async def test_a_page_knows_what_its_reader_voted_for_and_not_what_others_did(world: World) -> None:
    poll = await asked(world)
    await vote(world, world.grace, poll, 2)

    assert await own_votes(world, world.grace) == {show_message(poll.id): 2}
    assert await own_votes(world, world.ada) == {}


async def test_an_edit_that_leaves_the_options_leaves_the_votes(world: World) -> None:
    poll = await asked(world)
    await vote(world, world.ada, poll, 1)

    await edit(world, poll, question("Really, when?", "Monday", "Tuesday", "Never"))

    assert await counted(world, poll) == [0, 1, 0]


@pytest.mark.parametrize("options", [("Monday", "Tuesday"), ("Tuesday", "Monday", "Never"), ()])
async def test_an_edit_of_the_options_drops_the_votes(world: World, options: tuple[str, ...]) -> None:
    poll = await asked(world)
    await vote(world, world.ada, poll, 1)

    await edit(world, poll, question("When?", *options) if options else Content(text="No more"))
    await edit(world, poll, poll.content)

    assert await counted(world, poll) == [0, 0, 0]
    assert await own_votes(world, world.ada) == {}


@pytest.mark.parametrize("option", [3, -1, 2**53])
async def test_an_option_that_the_stored_poll_has_not_is_refused(lasting_world: World, option: int) -> None:
    poll = await asked(lasting_world)

    answer = await vote(lasting_world, lasting_world.ada, poll, option)

    assert (answer.status, answer.refused_with) == (404, "poll_option_not_found")
    assert await counted(lasting_world, poll) == [0, 0, 0]


@pytest.mark.parametrize("option", ["1", 1.5, True, [], {}])
async def test_what_is_no_number_of_an_option_is_refused(lasting_world: World, option: object) -> None:
    poll = await asked(lasting_world)

    answer = await vote(lasting_world, lasting_world.ada, poll, option)

    assert (answer.status, answer.refused_with) == (400, "invalid_inputs")


async def test_there_is_no_voting_in_what_is_no_poll(world: World) -> None:
    await world.ada.arrive()
    await world.ada.say(world.id_of("#general"), "Just so")
    message = (await world.messages_in("#general"))[-1]

    answer = await vote(world, world.ada, message, 0)

    assert (answer.status, answer.refused_with) == (404, "poll_option_not_found")


async def test_nobody_votes_in_a_chat_of_others(world: World) -> None:
    mallory, poll = await world.foreigner(), await asked(world, "#builds")

    for who in (world.alan, mallory):
        await who.arrive()
        answer = await who.vote(world.id_of("#builds"), show_message(poll.id), 0)
        assert (answer.status, answer.refused_with) == (404, "chat_not_found")
    elsewhere = await vote(world, world.ada, poll, 0)

    assert elsewhere.refused_with == "message_not_found"
    assert await counted(world, poll, "#builds") == [0, 0, 0]


async def test_the_vote_of_who_has_left_stays_and_cannot_be_changed(world: World) -> None:
    poll = await asked(world)
    await vote(world, world.grace, poll, 1)
    party = Party(PartyKind.PERSON, world.grace.person.id)

    await world.write(chat.remove_member, world.server.chats, world.chat("#general"), party)

    assert (await vote(world, world.grace, poll, 0)).refused_with == "chat_not_found"
    assert await counted(world, poll) == [0, 1, 0]


async def test_reading_back_has_the_votes_of_a_poll_and_of_nothing_else(world: World) -> None:
    poll = await asked(world)
    await vote(world, world.ada, poll, 0)
    await world.ada.say(world.id_of("#general"), "Just so")

    rows = (await world.ada.read(world.id_of("#general"))).json["data"]

    assert [row.get("votes") for row in rows] == [[1, 0, 0], None]
    assert "votes" not in rows[1]


async def asked(world: World, place: str = "#general") -> Message:
    tool = await world.tool()
    options = [{"text": text} for text in ("Monday", "Tuesday", "Never")]
    answer = await tool.say(place, {"text": "Vote", "card": {"title": "When?", "theme": "poll", "options": options}})
    assert answer.status == 204, answer.text
    return (await world.messages_in(place))[-1]


def question(title: str, *options: str) -> Content:
    return Content(text="Vote", card=Card(title=title, theme="poll", options=tuple(map(PollOption, options))))


async def edit(world: World, message: Message, content: Content) -> None:
    await world.write(chat.edit, message.org_id, message.chat_id, message.id, content)


async def vote(world: World, who: Visitor, poll: Message, option: object) -> Any:
    await who.arrive()
    return await who.vote(world.id_of("#general"), show_message(poll.id), option)


async def counted(world: World, poll: Message, place: str = "#general") -> Any:
    rows = (await world.ada.read(world.id_of(place))).json["data"]
    return next(row["votes"] for row in rows if row["id"] == show_message(poll.id))


async def own_votes(world: World, who: Visitor) -> Any:
    await who.arrive()
    page = await who.get(f"/chats/{world.id_of('#general')}", [("Accept", "text/html")])
    found = MINE.search(page.text)
    assert found is not None
    return json.loads(unescape(found[1]))
