"""F11: the connection to PostgreSQL breaks in the middle of a commit. Whether it has happened, the server finds out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import update
from tests.faults.proxy import Cut, Proxy
from tests.faults.stage import Stage, chance
from tests.live.until import PATIENCE_S
from tests.world import World

from keypost.clock import WallClock
from keypost.db.database import CommitUnknown
from keypost.db.postgres import PostgresDatabase
from keypost.db.tables import orgs
from keypost.db.tx import Tx
from keypost.errors import Busy
from keypost.events.service import Log, last_numbers

CUTS = 20
BETWEEN = 25
SILENCE_S = 1.0
"""Enough for a transaction of these tests on a busy machine; whoever waits for it waits in vain."""

pytestmark = pytest.mark.parametrize("world", ["postgresql"], indirect=True)


async def test_a_commit_whose_answer_is_lost_leaves_nothing_out_and_nothing_twice(
    proxied: tuple[Stage, Proxy],
) -> None:
    await cut_again_and_again(*proxied, cuts=CUTS, between=BETWEEN)


async def cut_again_and_again(stage: Stage, proxy: Proxy, *, cuts: int, between: int) -> None:
    crowd, reader, luck = stage.crowd(), stage.reader(), chance()

    async with reader.reading():
        async with crowd.posting() as ledger:
            for _ in range(cuts):
                await ledger.until_about(between, luck)
                await proxy.cut(luck.choice([Cut.BEFORE, Cut.AFTER]))
            await ledger.until_answered(between)

        assert await stage.complaints(ledger, reader) == []


async def test_a_database_that_goes_and_comes_back_under_load_loses_nothing(proxied: tuple[Stage, Proxy]) -> None:
    await gone_again_and_again(*proxied, times=5, between=BETWEEN)


async def gone_again_and_again(stage: Stage, proxy: Proxy, *, times: int, between: int) -> None:
    # It may go in the middle of a commit, and be away when the server asks what became of that.
    crowd, reader, luck = stage.crowd(may_be_unsure=True), stage.reader(), chance()

    async with reader.reading():
        async with crowd.posting() as ledger:
            for _ in range(times):
                await ledger.until_about(between, luck)
                await proxy.close()
                await ledger.until_refused(1)
                await proxy.open()
            await ledger.until_answered(between)

        assert await stage.complaints(ledger, reader) == []


async def test_while_the_database_is_away_callers_are_told_to_come_again(proxied: tuple[Stage, Proxy]) -> None:
    stage, proxy = proxied
    before = await stage.say("before")
    await proxy.close()

    away = [await stage.say("while it is away"), await stage.say("the same, named", name="once"), await stage.read()]
    await proxy.open()
    back = [await stage.say("the same, named", name="once"), await stage.read()]

    assert [(answer.status, answer.refused_with) for answer in away] == [(503, "server_busy")] * 3
    assert {answer.headers["Retry-After"] for answer in away} == {"1"}
    assert [before.status, *(answer.status for answer in back)] == [204, 204, 200]
    assert [message["content"]["text"] for message in back[1].json["data"]] == ["before", "the same, named"]


@pytest.mark.parametrize("comes_back", ["at once", "later"])
async def test_a_token_whose_revocation_got_no_answer_is_refused_all_the_same(
    proxied: tuple[Stage, Proxy], comes_back: str
) -> None:
    stage, proxy = proxied
    assert (await stage.say("before")).status == 204

    revoking = asyncio.create_task(stage.revoke())
    await proxy.cut(Cut.AFTER, then_close=comes_back == "later")
    revoked = await revoking
    await proxy.open()

    assert revoked.status == (500 if comes_back == "later" else 303)
    async with asyncio.timeout(PATIENCE_S):
        while (await stage.say_nothing()).status != 401:  # What stores nothing does not make the server look.
            pass


async def test_a_commit_is_unknown_while_the_database_does_not_say_and_followed_when_it_does(world: World) -> None:
    await world.stop()
    await say_nothing_of_commits(world, times=2)
    proxy, followed = Proxy(world.settings.database_url), asyncio.Event()
    await proxy.open()
    database = PostgresDatabase(proxy.url, WallClock(), Log())
    await database.own()

    writing = asyncio.create_task(database.write(rename, followed))
    await proxy.cut(Cut.AFTER)
    with pytest.raises(CommitUnknown):
        await writing

    assert not followed.is_set()
    async with asyncio.timeout(PATIENCE_S):
        await followed.wait()
    await database.close()
    await proxy.close()


async def test_a_database_that_says_nothing_any_more_is_away(world: World) -> None:
    async with impatient(world) as (database, proxy):
        proxy.hold()
        for asking in (database.write(rename, asyncio.Event()), database.read(last_numbers)):
            with pytest.raises(Busy):
                await asking
        proxy.let_flow()
        await database.write(rename, followed := asyncio.Event())

        assert followed.is_set()


async def test_what_was_read_is_answered_though_the_database_falls_silent_behind_it(world: World) -> None:
    async with impatient(world) as (database, proxy):

        def read_and_hold(tx: Tx) -> object:
            found = last_numbers(tx)
            proxy.hold()
            return found

        assert await database.read(read_and_hold)


async def test_a_database_that_says_nothing_any_more_keeps_nobody_from_stopping(world: World) -> None:
    async with impatient(world) as (database, proxy):
        await asyncio.gather(*(database.read(last_numbers) for _ in range(3)))
        proxy.hold()

        await database.close()


async def test_a_commit_whose_answer_never_comes_is_asked_about(world: World) -> None:
    async with impatient(world) as (database, proxy):
        writing = asyncio.create_task(database.write(rename, followed := asyncio.Event()))
        await proxy.cut(Cut.SILENCE)
        await writing

        assert followed.is_set()


@asynccontextmanager
async def impatient(world: World) -> AsyncIterator[tuple[PostgresDatabase, Proxy]]:
    await world.stop()
    proxy = Proxy(world.settings.database_url)
    await proxy.open()
    database = PostgresDatabase(proxy.url, WallClock(), Log(), silence_s=SILENCE_S)
    await database.own()
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield database, proxy
    finally:
        await database.close()
        await proxy.close()


def rename(tx: Tx, followed: asyncio.Event) -> None:
    tx.run(update(orgs).values(name="Changed"))
    tx.on_commit(followed.set)


async def say_nothing_of_commits(world: World, *, times: int) -> None:
    """PostgreSQL is asked what became of one, and somebody cancels the query, as often as that."""
    other = await asyncpg.connect(world.settings.database_url)
    await other.execute(
        f"CREATE SEQUENCE asked; CREATE FUNCTION pg_xact_status(number xid8) RETURNS text LANGUAGE plpgsql AS "
        f"$$ BEGIN IF nextval('asked') <= {times} THEN RAISE EXCEPTION 'canceled' USING ERRCODE = '57014'; END IF; "
        f"RETURN pg_catalog.pg_xact_status(number); END $$"
    )
    name = await other.fetchval("SELECT current_database()")
    await other.execute(f'ALTER DATABASE "{name}" SET search_path = public, pg_catalog')
    await other.close()
