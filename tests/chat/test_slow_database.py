"""The lane while another program really holds the database: a writer's lock on the file, or on PostgreSQL's table."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.chat.test_lane import posting, to_nowhere
from tests.live.until import PATIENCE_S, until
from tests.world import World

from keypost.app import DATABASE_FILE
from keypost.chat import lane as lanes
from keypost.chat import timelines
from keypost.chat.lane import Lane
from keypost.chat.model import Message, Posting, Submission
from keypost.chat.waiting import Settle
from keypost.db import postgres, sqlite_engines
from keypost.db.tx import Tx
from keypost.errors import Busy


@asynccontextmanager
async def held(world: World, table: str = "messages") -> AsyncIterator[None]:
    if world.settings.database_url:
        other = await asyncpg.connect(world.settings.database_url)
        try:
            async with other.transaction():
                await other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
                yield
        finally:
            await other.close()
    else:
        file = sqlite3.connect(world.settings.data / DATABASE_FILE, isolation_level=None)
        file.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            file.execute("ROLLBACK")
            file.close()


@asynccontextmanager
async def timelines_held(world: World) -> AsyncIterator[Settle]:
    """From when what it gives is called; on PostgreSQL before, for a message is stored without them."""
    if world.settings.database_url:
        async with held(world, "timelines"):
            yield lambda _stored: None
    else:
        with closing(sqlite3.connect(world.settings.data / DATABASE_FILE, isolation_level=None)) as file:

            def hold(_stored: list[Message] | Exception) -> None:
                file.execute("BEGIN IMMEDIATE")

            yield hold


async def test_who_stops_waiting_for_the_lane_does_not_stop_the_lane(world: World) -> None:
    lane = Lane(world.database, world.server.chats)
    async with held(world):
        storing = asyncio.create_task(lane.commit(posting(world, "one")))
        await asyncio.to_thread(until, lambda: lane.is_committing, "the commit has begun")
        draining = asyncio.create_task(lane.drain())
        await asyncio.sleep(0)
        draining.cancel()
        await asyncio.wait([draining], timeout=PATIENCE_S)

    async with asyncio.timeout(PATIENCE_S):
        stored = await storing

    assert stored.content.text == "one"


async def test_while_a_commit_takes_too_long_new_messages_are_refused_and_none_is_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "COMMIT_MAX_S", 0)
    tool = await world.tool()
    async with held(world):
        waiting = asyncio.create_task(tool.say("#builds", "waits"))
        await asyncio.to_thread(until, lambda: world.server.lane.is_committing, "a commit")

        refused = await tool.say("#builds", "comes too late")
        assert (refused.status, refused.refused_with) == (503, "server_busy")
        assert refused.headers["Retry-After"] == "1"

    assert (await waiting).status == 204
    assert await world.texts_in("#builds") == ["waits"]


async def test_while_timelines_take_too_long_new_messages_are_refused_and_none_is_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "COMMIT_MAX_S", 0)
    monkeypatch.setattr(timelines, "LATE_MAX", 1)
    lane = world.server.lane
    async with timelines_held(world) as hold:
        lane.submit(Submission([posting(world, "stored")]), hold)
        await asyncio.to_thread(until, lambda: lane.rows and lane.is_committing, "the turn of the timelines")

        with pytest.raises(Busy, match="takes too long"):
            await lane.commit(posting(world, "comes too late"))

    await lane.drain()
    assert await world.texts_in("#general") == ["stored"]


async def test_a_commit_that_waits_too_long_for_another_program_gives_up_as_a_whole(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_engines, "BUSY_TIMEOUT_MS", 50)
    monkeypatch.setattr(postgres, "LOCK_TIMEOUT_MS", 50)
    await world.restart()
    lane = Lane(world.database, world.server.chats)
    async with held(world):
        texts = [lane.commit(posting(world, f"{number}")) for number in range(20)]
        outcomes = await asyncio.gather(*texts, return_exceptions=True)

    assert all(isinstance(outcome, Busy) for outcome in outcomes)
    assert await world.texts_in("#general") == []
    await lane.commit(posting(world, "afterwards"))
    assert await world.texts_in("#general") == ["afterwards"]


async def test_a_batch_that_is_tried_again_gives_up_as_a_whole_too(world: World) -> None:
    lane, tried = Lane(world.database, world.server.chats), []

    def fail_and_be_held(_tx: Tx, message: Message) -> None:
        tried.append(message)
        raise ZeroDivisionError if len(tried) == 1 else Busy("server_busy", "Another program holds the database.")

    texts = [posting(world, "0", also=fail_and_be_held), *(posting(world, f"{number}") for number in range(1, 8))]
    outcomes = await asyncio.gather(*map(lane.commit, texts), return_exceptions=True)

    assert all(isinstance(outcome, Busy) for outcome in outcomes)
    assert (len(tried), await world.texts_in("#general")) == (2, [])


@given(wishes=st.lists(st.sampled_from(["stored", "to nowhere", "goes away"]), max_size=12), is_held=st.booleans())
async def test_what_was_acknowledged_is_stored_once_and_what_was_refused_never(
    lasting_world: World, wishes: list[str], is_held: bool
) -> None:
    world, lane = lasting_world, Lane(lasting_world.database, lasting_world.server.chats)
    before = len(await world.messages_in("#general"))
    texts = [f"{number} {wish}" for number, wish in enumerate(wishes)]

    async with held(world) if is_held else anyhow():
        sending = [asyncio.create_task(lane.commit(_wished(world, text))) for text in texts]
        await asyncio.sleep(0)
        for text, task in zip(texts, sending, strict=True):
            if text.endswith("goes away"):
                task.cancel()
    outcomes = await asyncio.gather(*sending, return_exceptions=True)
    await lane.drain()

    stored = [message.content.text for message in (await world.messages_in("#general"))[before:]]
    acknowledged = [outcome.content.text for outcome in outcomes if isinstance(outcome, Message)]
    assert acknowledged == [text for text in texts if text.endswith("stored")]
    assert stored == [text for text in texts if not text.endswith("nowhere")]


@asynccontextmanager
async def anyhow() -> AsyncIterator[None]:
    yield


def _wished(world: World, text: str) -> Posting:
    return to_nowhere(world) if text.endswith("nowhere") else posting(world, text)
