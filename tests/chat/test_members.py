"""Who joins and leaves a chat: told to those who are in it, and to the person."""

from collections.abc import Callable

import pytest
from tests.people import Visitor
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import Party, PartyKind
from keypost.errors import Refusal
from keypost.events import service as events
from keypost.events.model import Event, Kind


async def test_joining_and_leaving_are_events_of_the_chat_and_of_the_person(world: World) -> None:
    place, alan, before = world.chat("#builds"), world.alan.person.id, world.server.hub.newest(world.org_id)

    await world.write(chat.add_member, world.server.chats, place, party(world.alan))
    await world.write(chat.remove_member, world.server.chats, place, party(world.alan))

    joined, left = await world.read(events.list_after, world.org_id, before)
    assert [joined.kind, left.kind] == [Kind.MEMBER_JOINED, Kind.MEMBER_LEFT]
    assert about(joined) == about(left) == (place.id, alan, alan)


async def test_a_bot_that_joins_is_no_person(world: World) -> None:
    bot, before = await bot_of(world), world.server.hub.newest(world.org_id)

    await world.write(chat.add_member, world.server.chats, world.chat("#builds"), bot)

    (joined,) = await world.read(events.list_after, world.org_id, before)
    assert about(joined) == (world.chat("#builds").id, None, bot.id)
    assert bot in world.chat("#builds").members


async def test_a_second_time_changes_nothing_and_tells_nobody(world: World) -> None:
    chats, before = world.server.chats, world.chat("#builds")
    newest = world.server.hub.newest(world.org_id)

    await world.write(chat.add_member, chats, before, party(world.ada))
    await world.write(chat.remove_member, chats, before, party(world.alan))

    assert world.chat("#builds") == before
    assert await world.read(events.list_after, world.org_id, newest) == []


@pytest.mark.parametrize("verb", [chat.add_member, chat.remove_member])
async def test_a_direct_chat_stays_between_its_two(world: World, verb: Callable[..., None]) -> None:
    with pytest.raises(Refusal) as refused:
        await world.write(verb, world.server.chats, world.chat("direct"), party(world.alan))

    assert refused.value.code == "direct_chat_closed"


async def bot_of(world: World) -> Party:
    made = await world.write(chat.create_bot, world.server.chats, world.org_id, "crier", "Town Crier")
    return Party(PartyKind.BOT, made.id)


def about(event: Event) -> tuple[int | None, int | None, int]:
    return event.chat_id, event.person_id, event.subject_id


def party(who: Visitor) -> Party:
    return Party(PartyKind.PERSON, who.person.id)
