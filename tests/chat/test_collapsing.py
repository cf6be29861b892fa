"""Messages that take the place of earlier ones: one for each key, and it is the newest."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.world import World

from keypost.chat.lane import Lane
from keypost.chat.model import Chat, Collapse, Message, PartyKind, Posting, Sender
from keypost.clock import MINUTE_MS
from keypost.events import service as events
from keypost.events.model import Kind
from keypost.ids import ChatId, TokenId
from keypost_sdk.content import Message as Content


async def test_a_message_with_the_same_key_takes_the_earlier_ones_place(world: World) -> None:
    lane, place = Lane(world.database, world.server.chats), world.chat("#general")
    first = await lane.commit(posting(place, "pipeline 7", 1, "running"))
    after = await lane.commit(replace(posting(place, "", 0, "something else"), collapse=None))
    world.clock.move(MINUTE_MS)

    second = await lane.commit(posting(place, "pipeline 7", 2, "passed"))

    assert await world.messages_in("#general") == [second, after]
    assert (second.id, second.content.text, second.edited_at) == (first.id, "passed", world.clock.now)
    assert await kinds(world) == [Kind.MESSAGE_POSTED, Kind.MESSAGE_POSTED, Kind.MESSAGE_EDITED]


async def test_what_comes_too_late_changes_nothing_but_what_also_becomes_true(world: World) -> None:
    lane, place, done = Lane(world.database, world.server.chats), world.chat("#general"), []
    newer = await lane.commit(posting(place, "pipeline 7", 2, "passed"))

    late = replace(posting(place, "pipeline 7", 1, "running"), also=lambda _tx, _message: done.append("handled"))
    answered = await lane.commit(late)

    assert answered == newer
    assert await world.messages_in("#general") == [newer]
    assert await kinds(world) == [Kind.MESSAGE_POSTED]
    assert done == ["handled"]


async def test_the_same_content_again_is_no_edit_but_what_is_older_still_comes_too_late(world: World) -> None:
    lane, place = Lane(world.database, world.server.chats), world.chat("#general")

    for order, text in [(1, "passed"), (3, "passed"), (2, "running")]:
        await lane.commit(posting(place, "pipeline 7", order, text))

    (message,) = await world.messages_in("#general")
    assert (message.content.text, message.edited_at) == ("passed", None)


@pytest.mark.parametrize(
    "change",
    [
        {"collapse": Collapse("pipeline 8", 2)},
        {"token_id": TokenId(8)},
        {"token_id": None},
        {"sender": Sender(kind=PartyKind.EXTENSION, id=1002, name="GitLab")},
        {"sender": Sender(kind=PartyKind.BOT, id=1001, name="GitLab")},
    ],
)
async def test_another_key_token_or_sender_is_another_message(world: World, change: dict[str, Any]) -> None:
    lane, place = Lane(world.database, world.server.chats), world.chat("#general")
    await lane.commit(posting(place, "pipeline 7", 1, "one"))

    await lane.commit(replace(posting(place, "pipeline 7", 2, "other"), **change))

    assert await world.texts_in("#general") == ["one", "other"]


async def test_another_chat_is_another_message(world: World) -> None:
    lane = Lane(world.database, world.server.chats)

    await lane.commit(posting(world.chat("#general"), "pipeline 7", 1, "here"))
    await lane.commit(posting(world.chat("#builds"), "pipeline 7", 2, "there"))

    assert (await world.texts_in("#general"), await world.texts_in("#builds")) == (["here"], ["there"])


async def test_a_message_keeps_its_key_over_a_restart(world: World) -> None:
    await Lane(world.database, world.server.chats).commit(posting(world.chat("#general"), "pipeline 7", 1, "running"))

    await world.restart()
    await Lane(world.database, world.server.chats).commit(posting(world.chat("#general"), "pipeline 7", 2, "passed"))

    assert await world.texts_in("#general") == ["passed"]


async def test_many_at_once_make_one_message(world: World) -> None:
    lane, place = Lane(world.database, world.server.chats), world.chat("#general")

    stored = await asyncio.gather(
        *[lane.commit(posting(place, "pipeline 7", order, f"{order}")) for order in range(600)]
    )

    assert await world.texts_in("#general") == ["599"]
    assert len({message.id for message in stored}) == 1


EVENTS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 12), st.sampled_from("xyz")), max_size=12)
BATCHES = st.lists(EVENTS, min_size=1, max_size=4)


@settings(max_examples=40)
@given(batches=BATCHES, with_a_bad_one=st.booleans())
async def test_the_largest_order_of_each_key_is_what_stays(
    lasting_world: World, batches: list[list[tuple[str, int, str]]], with_a_bad_one: bool
) -> None:
    lane, place = Lane(lasting_world.database, lasting_world.server.chats), await fresh_channel(lasting_world)
    newest: dict[str, tuple[int, str]] = {}

    for batch in batches:
        postings = [posting(place, key, order, text) for key, order, text in batch]
        if with_a_bad_one:  # The batch is rolled back, and each posting tried alone.
            postings.insert(len(postings) // 2, replace(posting(place, "a", 99, "nowhere"), chat_id=ChatId(1)))
        outcomes = await asyncio.gather(*map(lane.commit, postings), return_exceptions=True)
        assert sum(not isinstance(outcome, Message) for outcome in outcomes) == with_a_bad_one
        for key, order, text in batch:
            if order >= newest.get(key, (0, ""))[0]:
                newest[key] = order, text

    shown = {key_of(message): message.content.text for message in await lasting_world.messages_in(f"#{place.title}")}
    assert shown == {key: text for key, (_, text) in newest.items()}
    assert len(shown) == len(await lasting_world.messages_in(f"#{place.title}"))


def posting(place: Chat, key: str, order: int, text: str) -> Posting:
    return Posting(
        org_id=place.org_id,
        chat_id=place.id,
        sender=Sender(kind=PartyKind.EXTENSION, id=1001, name="GitLab"),
        content=Content(text=text),
        token_id=TokenId(7),
        collapse=Collapse(key, order),
    )


async def fresh_channel(world: World) -> Chat:
    return await world.channel(f"c{world.database.ids.next()}", world.ada)


def key_of(message: Message) -> str:
    return message.collapse.key if message.collapse is not None else ""


async def kinds(world: World) -> list[Kind]:
    """What happened to messages, in order."""
    happened = await world.read(events.list_after, world.org_id, 0)
    return [event.kind for event in happened if event.kind in {Kind.MESSAGE_POSTED, Kind.MESSAGE_EDITED}]
