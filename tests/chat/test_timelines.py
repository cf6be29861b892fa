"""What a chat shows does not depend on whether its messages are entered in its timeline yet."""

from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, text
from tests.laws.story import Story
from tests.world import World

from keypost.chat import service as chat
from keypost.chat import timeline_store
from keypost.chat.model import Chat, Message, PartyKind, Posting, Sender
from keypost.chat.timelines import LATE_MAX, Timelines
from keypost.clock import MINUTE_MS
from keypost.db.tables import chats, messages, orgs, timelines
from keypost.db.tx import Tx
from keypost.ids import OrgId
from keypost.people import service as people
from keypost_sdk.content import Message as Content

Step = tuple[Any, ...]

WHO: Final = st.integers(0, 2)
WHICH: Final = st.integers(0, 5)
STEPS: Final[st.SearchStrategy[Step]] = st.one_of(
    st.tuples(st.just("post"), WHICH, WHO, st.just("Hello")),
    st.tuples(st.just("say_in_thread"), WHICH, WHO, st.just("On it"), st.booleans()),
    st.tuples(st.just("delete"), WHICH),
    st.tuples(st.just("extend_timelines")),
)
SPAN: Final = st.none() | st.integers(0, 20)


@settings(max_examples=40)
@given(steps=st.lists(STEPS, max_size=20), span=st.tuples(SPAN, SPAN), limit=st.integers(1, 8))
async def test_a_chat_shows_what_was_said_in_it_however_much_is_entered(
    lasting_world: World, steps: list[Step], span: tuple[int | None, int | None], limit: int
) -> None:
    world, story = lasting_world, await Story.begin(lasting_world)
    began = world.clock.now_ms()
    for verb, *arguments in steps:
        await getattr(story, verb)(*arguments)
    from_ms, to_ms = (None if minutes is None else began + minutes * MINUTE_MS for minutes in span)

    sent = await world.read(chat.list_by_id, world.org_id, [message.id for message in story.sent])
    for place in (*story.chats, *story.threads):
        shown = await world.read(chat.list_messages, world.org_id, place.id, from_ms=from_ms, to_ms=to_ms, limit=limit)
        said = [message for message in sorted(sent, key=lambda each: each.id) if is_in(message, place)]
        assert shown == [each for each in said if (from_ms or 0) <= each.at <= (to_ms or each.at)][-limit:]
        counted = await world.read(timeline_store.count_said_in, world.org_id, [place.id])
        assert counted == ({place.id: (len(said), said[-1].at)} if said else {})


async def test_enough_that_is_late_is_entered(world: World) -> None:
    await world.server.lane.commit_all(LATE_MAX // 2 * [hello(world)])
    nobody_waits = await world.read(entered, world)

    await world.server.lane.commit_all(LATE_MAX // 2 * [hello(world)])
    await world.server.lane.drain()

    assert nobody_waits == (0, False)
    assert await world.read(entered, world) == (LATE_MAX, True)


async def test_what_could_not_be_entered_harms_nobody_and_is_entered_with_the_next(world: World) -> None:
    await world.write(run, "ALTER TABLE timelines RENAME TO elsewhere")
    await world.server.lane.commit_all(LATE_MAX * [hello(world)])
    await world.server.lane.drain()
    await world.write(run, "ALTER TABLE elsewhere RENAME TO timelines")

    await world.server.lane.commit_all(LATE_MAX * [hello(world)])
    await world.server.lane.drain()

    assert await world.read(entered, world) == (2 * LATE_MAX, True)


async def test_whatever_is_late_is_entered_at_a_start(world: World) -> None:
    await world.server.lane.commit_all([hello(world), hello(world)])

    await world.restart()

    assert await world.read(entered, world) == (2, True)
    assert await world.texts_in("#general") == ["Hello", "Hello"]


async def test_a_start_does_not_need_to_enter_what_is_late(world: World) -> None:
    await world.server.lane.commit_all([hello(world), hello(world)])
    await world.write(run, "ALTER TABLE timelines RENAME TO elsewhere")

    await world.restart()

    await world.write(run, "ALTER TABLE elsewhere RENAME TO timelines")
    assert await world.texts_in("#general") == ["Hello", "Hello"]


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
async def test_a_start_after_which_nothing_is_late_writes_nothing(world: World) -> None:
    await world.server.lane.commit_all([hello(world)])
    await world.restart()
    changes = await world.read(changes_so_far)

    await world.restart()

    assert await world.read(changes_so_far) == changes


async def test_whoever_posts_waits_for_the_timelines_of_one_organisation_alone(world: World) -> None:
    others = [await world.write(people.create_org, world.server.people, "Another") for _ in range(2)]
    keeping = Timelines(world.database)
    for org_id in (world.org_id, *others):
        await world.write(put_message, org_id)
        keeping.count(org_id, LATE_MAX)

    entered_then = [await world.read(entered_of_all)]
    for _ in range(3):
        await keeping.keep_up()
        entered_then.append(await world.read(entered_of_all))

    assert entered_then == [0, 1, 2, 3]


def is_in(message: Message, place: Chat) -> bool:
    return place.id in {message.chat_id, message.thread_id} and not message.is_deleted


def hello(world: World) -> Posting:
    place, person = world.chat("#general"), world.ada.person
    by = Sender(kind=PartyKind.PERSON, id=person.id, name=person.name)
    return Posting(org_id=place.org_id, chat_id=place.id, sender=by, content=Content(text="Hello"))


def entered(tx: Tx, world: World) -> tuple[int, bool]:
    """How many messages are, and whether all are that will be."""
    count = tx.one(select(func.count().label("rows"), func.max(timelines.c.message_id).label("newest")))
    org = tx.one(select(orgs.c.timelines_end).where(orgs.c.org_id == world.org_id))
    assert count is not None
    assert org is not None
    return count.rows, count.newest == org.timelines_end


def run(tx: Tx, statement: str) -> None:
    tx.run(text(statement))


def changes_so_far(tx: Tx) -> int:
    ((number,),) = tx.all(text("PRAGMA user_version"))
    return int(number)


def entered_of_all(tx: Tx) -> int:
    return len(tx.all(select(timelines)))


def put_message(tx: Tx, org_id: OrgId) -> None:
    tx.run(insert(chats).values(org_id=org_id, id=1, kind="channel", title="", created_at=1))
    by = {"sender_kind": "person", "sender_id": 1, "sender_name": "Ada"}
    tx.run(insert(messages).values(org_id=org_id, id=tx.new_id(), chat_id=1, content="{}", **by))
