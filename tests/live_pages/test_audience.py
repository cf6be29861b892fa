"""How many are told at once: in slices, each what they may see, and made once for all who see the same."""

import asyncio
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keypost.chat.directory import Chats
from keypost.chat.model import Chat, ChatKind, Party, PartyKind
from keypost.ids import ChatId, OrgId, PersonId
from keypost.live.audience import Audience, Watcher
from keypost.live.edition import KEPT_MAX, RUN_MAX, Edition
from keypost.live.frames import Frame
from keypost.live.slices import SLICE, SLICE_S, in_slices
from keypost.web.outlet import FULL_AT, Outlet, Piece, QueueOutlet

ORG = OrgId(1)
ROOM = ChatId(1)
SMALL = ChatId(2)
CROWD = 5_000
PERSONS = 10
TOO_MUCH = b"x" * (FULL_AT + 1)


async def test_a_room_of_thousands_does_not_hold_everybody_else_up() -> None:
    audience = Audience(ORG, 0, lambda: None)
    outlets = [QueueOutlet(partial(join, audience, PersonId(number % PERSONS))) for number in range(CROWD)]
    audience.admit()
    written: list[int] = []

    async def look() -> None:
        while not written or written[-1] < CROWD:
            written.append(sum(outlet.size > 0 for outlet in outlets))
            await asyncio.sleep(0)

    looking = asyncio.create_task(look())
    await in_slices(audience.tell(edition([Frame(1, b"hello", ROOM)])))
    await looking

    assert 0 < max(later - earlier for earlier, later in pairwise([0, *written])) <= SLICE


async def test_writes_that_take_long_hold_nobody_up_for_so_many() -> None:
    turns: list[None] = []

    def writes() -> Iterator[None]:
        for _ in range(3):
            end = perf_counter() + SLICE_S
            while perf_counter() < end:
                pass
            turns.append(None)
            yield

    async def look() -> list[int]:
        seen = []
        while len(turns) < 3:
            seen.append(len(turns))
            await asyncio.sleep(0)
        return seen

    looking = asyncio.create_task(look())
    await asyncio.sleep(0)
    await in_slices(writes())

    assert await looking == [0, 1, 2]


async def test_what_everybody_sees_differently_is_not_all_kept() -> None:
    """Each of these is in a chat of their own, where as much happens as is ever kept."""
    persons, chats = [PersonId(number) for number in range(PERSONS)], Chats()
    for person_id in persons:
        chats.put(chat(ChatId(person_id), [person_id]))
    content = b"x" * (KEPT_MAX + 1)
    told = Edition([Frame(number, content, ChatId(number)) for number in range(PERSONS)], PERSONS, ORG, persons, chats)

    first, _, last = [told.runs_for(person_id, -1) for person_id in persons[:3]]

    assert told.runs_for(persons[2], -1) is last
    assert told.runs_for(persons[0], -1) is not first
    assert told.runs_for(persons[0], -1) == first


async def test_who_sees_the_same_gets_the_same_bytes() -> None:
    frames = [Frame(1, b"one", ROOM), Frame(2, b"two", SMALL), Frame(3, b"", ROOM), Frame(4, b"four", ROOM)]
    told = edition(frames)

    first, second, third = [told.runs_for(PersonId(number), 0) for number in (0, 1, 2)]

    assert [run.piece.content for run in first] == [b"onetwofour"]
    assert [run.piece.content for run in third] == [b"onefour"]
    assert first is second


@given(
    sizes=st.lists(st.sampled_from([0, 1, 30_000, RUN_MAX, RUN_MAX + 1]), min_size=1, max_size=8),
    after=st.integers(0, 8),
)
def test_runs_hold_everything_after_an_event_in_order_and_are_not_long(sizes: list[int], after: int) -> None:
    frames = [Frame(number, bytes([number]) * size, ROOM) for number, size in enumerate(sizes, 1)]

    runs = edition(frames).runs_for(PersonId(0), after)

    assert b"".join(run.piece.content for run in runs) == b"".join(frame.content for frame in frames[after:])
    for run in runs:
        lengths = {frame.number: len(frame.content) for frame in frames}
        assert len(run.piece.content) <= max(RUN_MAX, lengths[run.number])
        assert run.piece.content[-1] == run.number


async def test_a_heartbeat_reaches_everybody_but_who_has_taken_nothing_since_the_last() -> None:
    audience = Audience(ORG, 0, lambda: None)
    awake, slow, asleep = [QueueOutlet(partial(join, audience, PersonId(0))) for _ in range(3)]
    for outlet in (slow, asleep):
        outlet.write(Piece.of(TOO_MUCH))

    await in_slices(audience.beat())
    assert await slow.next() == TOO_MUCH
    slow.write(Piece.of(TOO_MUCH))
    await in_slices(audience.beat())

    assert {watcher.outlet for watcher in audience.all()} == {awake, slow}
    assert [await awake.next(), await awake.next()] == [b": still here\n\n"] * 2
    assert await asleep.next() is None


@pytest.mark.parametrize("told", [0, 2])
async def test_whose_session_ended_since_is_told_nothing_more(told: int) -> None:
    """Also if others have been told of it before."""
    audience = Audience(ORG, told, lambda: None)
    before = QueueOutlet(partial(join, audience, PersonId(0)))
    since = QueueOutlet(partial(join, audience, PersonId(0), opened_at=1))
    audience.admit()

    news = edition([Frame(1, b"", None, PersonId(0), ends_streams=True), Frame(2, b"later", ROOM)])
    await in_slices(audience.tell(news) if told == 0 else audience.catch_up(audience.lagging(), news))

    assert await before.next() is None
    assert await since.next() == b"later"


async def test_who_is_less_behind_than_a_page_of_the_log_reaches_is_told_nothing_twice() -> None:
    audience = Audience(ORG, 3, lambda: None)
    far = QueueOutlet(partial(join, audience, PersonId(0)))
    near = QueueOutlet(partial(join, audience, PersonId(1), last=2))
    frames = [Frame(1, b"one", ROOM), Frame(2, b"two", ROOM), Frame(3, b"three", ROOM)]

    await in_slices(audience.catch_up(audience.lagging(), edition(frames[:1])))
    await in_slices(audience.catch_up(audience.lagging(), edition(frames[1:])))

    assert [await far.next(), await far.next()] == [b"one", b"twothree"]
    assert await near.next() == b"three"


def edition(frames: list[Frame]) -> Edition:
    """Persons 0 and 1 are in the small chat too."""
    chats = Chats()
    persons = [PersonId(number) for number in range(PERSONS)]
    chats.put(chat(ROOM, persons))
    chats.put(chat(SMALL, persons[:2]))
    return Edition(frames, frames[-1].number, ORG, persons, chats)


def chat(chat_id: ChatId, persons: list[PersonId]) -> Chat:
    members = frozenset(Party(PartyKind.PERSON, person_id) for person_id in persons)
    return Chat(org_id=ORG, id=chat_id, kind=ChatKind.CHANNEL, title="A chat", members=members)


def join(audience: Audience, person_id: PersonId, outlet: Outlet, *, last: int = 0, opened_at: int = 0) -> Watcher:
    watcher = Watcher(audience, outlet, person_id, last, opened_at)
    audience.join(watcher)
    return watcher
