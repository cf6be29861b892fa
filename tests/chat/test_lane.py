import asyncio
import math
from collections.abc import Awaitable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from structlog.testing import capture_logs
from tests.world import World

from keypost.chat import lane as lanes
from keypost.chat import service as chat
from keypost.chat.lane import BATCH_MAX, Lane
from keypost.chat.model import Collapse, Message, PartyKind, Posting, Sender, Submission, Ties
from keypost.db.tx import Tx
from keypost.errors import Busy
from keypost.ids import ChatId
from keypost_sdk.content import Message as Content

TOPICS = st.none() | st.text("abc", max_size=3)
COLLAPSES = st.none() | st.builds(Collapse, st.sampled_from("abc"), st.integers(0, 5))


async def test_postings_that_come_together_are_stored_in_few_batches_in_order(world: World) -> None:
    lane = Lane(world.database, world.server.chats)

    stored = await asyncio.gather(*[lane.commit(posting(world, f"{number}")) for number in range(600)])

    assert [message.content.text for message in stored] == await world.texts_in("#general")
    assert lane.rows == 600
    assert lane.batches <= 600 / BATCH_MAX + 2


async def test_a_row_that_fails_fails_alone(world: World) -> None:
    lane = Lane(world.database, world.server.chats)
    texts = [posting(world, "before"), to_nowhere(world), posting(world, "after")]

    outcomes = await asyncio.gather(*[lane.commit(text) for text in texts], return_exceptions=True)

    assert [isinstance(outcome, Message) for outcome in outcomes] == [True, False, True]
    assert await world.texts_in("#general") == ["before", "after"]


async def test_one_row_that_fails_costs_those_beside_it_little(world: World) -> None:
    lane = Lane(world.database, world.server.chats)
    texts = [posting(world, f"{number}") for number in range(BATCH_MAX)]
    texts[100] = to_nowhere(world)

    outcomes = await asyncio.gather(*[lane.commit(text) for text in texts], return_exceptions=True)

    assert [index for index, outcome in enumerate(outcomes) if not isinstance(outcome, Message)] == [100]
    assert await world.texts_in("#general") == [f"{number}" for number in range(BATCH_MAX) if number != 100]
    assert lane.batches <= math.log2(BATCH_MAX) + 1


@given(wishes=st.lists(st.tuples(TOPICS, COLLAPSES), max_size=40))
async def test_messages_are_read_back_as_they_were_stored_whatever_stands_beside_them(
    lasting_world: World, wishes: list[tuple[str | None, Collapse | None]]
) -> None:
    world = lasting_world
    wished = [posting(world, "wished", ties=Ties(topic=topic), collapse=collapse) for topic, collapse in wishes]

    stored = await world.write(chat.store_batch, world.server.chats, wished)

    ids = [message.id for message in stored]
    read = await world.read(chat.list_by_id, world.org_id, ids)
    assert {message.id: message for message in read} == {message.id: message for message in stored}
    new = [number for number, (_, collapse) in zip(ids, wishes, strict=True) if collapse is None]
    assert new == sorted(set(new))


async def test_what_should_also_become_true_takes_its_message_with_it_when_it_fails(world: World) -> None:
    def fail(_tx: Tx, _message: Message) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Lane(world.database, world.server.chats).commit(posting(world, "never", also=fail))

    assert await world.messages_in("#general") == []


async def test_what_is_stored_together_is_stored_whole_or_not_at_all(world: World) -> None:
    lane = Lane(world.database, world.server.chats)
    groups = [
        [posting(world, "one"), posting(world, "two")],
        [posting(world, "three"), to_nowhere(world), posting(world, "four")],
        [posting(world, "five"), posting(world, "six")],
    ]

    outcomes = await asyncio.gather(*[lane.commit_all(group) for group in groups], return_exceptions=True)

    texts = [[message.content.text for message in stored] for stored in outcomes if isinstance(stored, list)]
    assert texts == [["one", "two"], ["five", "six"]]
    assert isinstance(outcomes[1], Exception)
    assert await world.texts_in("#general") == ["one", "two", "five", "six"]


async def test_the_message_of_a_caller_that_went_away_is_stored_all_the_same(world: World) -> None:
    lane = Lane(world.database, world.server.chats)
    going, staying = (asyncio.create_task(lane.commit(posting(world, text))) for text in ("going", "staying"))
    await asyncio.wait([going], timeout=0)

    going.cancel()
    await staying

    assert going.cancelled()
    assert await world.texts_in("#general") == ["going", "staying"]


async def test_a_lane_that_is_full_says_so_and_keeps_what_it_took(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "WAITING_MAX", 5)
    lane = Lane(world.database, world.server.chats)
    waiting: list[Awaitable[Message]] = [lane.commit(posting(world, f"{number}")) for number in range(8)]

    outcomes = await asyncio.gather(*waiting, return_exceptions=True)

    assert [isinstance(outcome, Busy) for outcome in outcomes] == [False] * 5 + [True] * 3
    assert len(await world.messages_in("#general")) == 5


async def test_a_quiet_sender_is_stored_with_the_next_batch_however_many_wait(world: World) -> None:
    lane = Lane(world.database, world.server.chats)
    noise = [lane.commit(posting(world, "noise")) for _ in range(3 * BATCH_MAX)]

    await asyncio.gather(*noise, lane.commit(by_another(world, "quiet")))

    assert (await world.texts_in("#general")).index("quiet") < BATCH_MAX


async def test_a_full_lane_has_room_for_who_has_little_in_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "WAITING_MAX", 5)
    lane = Lane(world.database, world.server.chats)
    noise = [lane.commit(posting(world, f"{number}")) for number in range(5)]
    quiet = [lane.commit(by_another(world, f"quiet {number}")) for number in range(3)]

    outcomes = await asyncio.gather(*noise, *quiet, return_exceptions=True)

    assert [isinstance(outcome, Busy) for outcome in outcomes] == [False] * 3 + [True] * 2 + [False] * 2 + [True]
    assert sorted(await world.texts_in("#general")) == ["0", "1", "2", "quiet 0", "quiet 1"]


async def test_who_cannot_be_told_keeps_it_from_nobody_else(world: World) -> None:
    lane = Lane(world.database, world.server.chats)

    def fail(_outcome: list[Message] | Exception) -> None:
        raise ZeroDivisionError

    lane.submit(Submission([posting(world, "one")]), fail)
    (stored,) = await asyncio.gather(lane.commit(posting(world, "two")))

    assert stored.content.text == "two"
    assert await world.texts_in("#general") == ["one", "two"]


async def test_draining_waits_for_everything_that_was_taken(world: World) -> None:
    lane = Lane(world.database, world.server.chats)
    tasks = [asyncio.create_task(lane.commit(posting(world, f"{number}"))) for number in range(20)]
    await asyncio.wait(tasks, timeout=0)

    await lane.drain()

    assert lane.rows == 20
    await asyncio.gather(*tasks)


async def test_what_somebody_sent_who_has_gone_is_stored_without_ado(world: World) -> None:
    lane = Lane(world.database, world.server.chats)
    storing = asyncio.create_task(lane.commit(posting(world, "one")))
    await asyncio.wait([storing], timeout=0)

    storing.cancel()
    with capture_logs() as logs:
        await lane.drain()

    assert await world.texts_in("#general") == ["one"]
    assert logs == []


def posting(world: World, text: str, **changes: object) -> Posting:
    ada = world.ada.person
    sender = Sender(kind=PartyKind.PERSON, id=ada.id, name=ada.name)
    base = Posting(org_id=ada.org_id, chat_id=world.chat("#general").id, sender=sender, content=Content(text=text))
    return structs.replace(base, **changes)


def by_another(world: World, text: str) -> Posting:
    grace = world.grace.person
    return posting(world, text, sender=Sender(kind=PartyKind.PERSON, id=grace.id, name=grace.name))


def to_nowhere(world: World) -> Posting:
    return posting(world, "to nowhere", chat_id=ChatId(1))
