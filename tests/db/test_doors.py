"""The doors to the database keep their promises, whichever database stands behind them."""

import asyncio

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.util import await_only
from tests.world import World

from keypost.db.tables import orgs
from keypost.db.tx import Tx
from keypost.ids import OrgId

PATIENCE_S = 10


async def test_a_verb_that_raises_leaves_nothing(world: World) -> None:
    heard: list[str] = []

    def rename_and_fail(tx: Tx) -> None:
        tx.run(update(orgs).values(name="Changed"))
        tx.on_commit(lambda: heard.append("changed"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await world.write(rename_and_fail)

    assert await world.read(names) == ["Analytical Engines"]
    assert heard == []


async def test_a_reader_cannot_write(world: World) -> None:
    with pytest.raises(Exception, match=r"(?i)read.?only"):
        await world.read(rename, "Changed")

    assert await world.read(names) == ["Analytical Engines"]
    await world.write(rename, "Changed")
    assert await world.read(names) == ["Changed"]


async def test_a_reader_sees_one_state_whatever_happens_meanwhile(world: World) -> None:
    loop = asyncio.get_running_loop()
    looked, changed = asyncio.Event(), asyncio.Event()

    def wait_for_change() -> None:
        """A reader of SQLite has a thread of its own; one of PostgreSQL shares the loop."""
        if world.settings.database_url:
            await_only(changed.wait())
        else:
            asyncio.run_coroutine_threadsafe(changed.wait(), loop).result()

    def look_twice(tx: Tx) -> list[list[str]]:
        first = names(tx)
        loop.call_soon_threadsafe(looked.set)
        wait_for_change()
        return [first, names(tx)]

    reading = asyncio.create_task(world.read(look_twice))
    await looked.wait()
    await world.write(rename, "Changed")
    changed.set()

    assert await reading == [["Analytical Engines"]] * 2


async def test_a_write_that_takes_long_keeps_nothing_else_waiting_for_it(world: World) -> None:
    loop = asyncio.get_running_loop()
    begun, others_had_a_turn = asyncio.Event(), asyncio.Event()

    def wait_for_others(tx: Tx) -> None:
        loop.call_soon_threadsafe(begun.set)
        if world.settings.database_url:
            await_only(others_had_a_turn.wait())
        else:
            asyncio.run_coroutine_threadsafe(others_had_a_turn.wait(), loop).result(PATIENCE_S)
        rename(tx, "Changed")

    writing = asyncio.create_task(world.write(wait_for_others))
    await begun.wait()
    others_had_a_turn.set()
    await writing

    assert await world.read(names) == ["Changed"]


async def test_effects_run_in_commit_order_before_anybody_is_answered(world: World) -> None:
    committed: list[int] = []
    effects: list[int] = []

    def work(tx: Tx, number: int) -> int:
        tx.run(update(orgs).values(name=f"{number}"))
        committed.append(number)  # The row is its own until the commit.
        tx.on_commit(lambda: effects.append(number))
        return number

    async def ask(number: int) -> None:
        await world.write(work, number)
        assert number in effects

    await asyncio.gather(*[ask(number) for number in range(30)])

    assert sorted(effects) == list(range(30))
    assert effects == committed
    assert await world.read(names) == [f"{effects[-1]}"]


async def test_memory_follows_a_commit_whose_caller_has_gone(world: World) -> None:
    effects: list[str] = []

    def work(tx: Tx) -> None:
        tx.run(update(orgs).values(name="Changed"))
        tx.on_commit(lambda: effects.append("changed"))

    asking = asyncio.create_task(world.write(work))
    await asyncio.wait([asking], timeout=0)
    asking.cancel()
    await world.write(lambda _tx: None)

    assert await world.read(names) == ["Changed"]
    assert effects == ["changed"]


async def test_a_write_after_a_broken_one_works(world: World) -> None:
    def twice(tx: Tx) -> None:
        row = {"org_id": 7, "name": "x", "created_at": 0, "last_event": 0, "timelines_end": 0}
        tx.run(insert(orgs), [row])
        tx.run(insert(orgs), [row])

    with pytest.raises(Exception, match=r"(?i)unique"):
        await world.write(twice)

    await world.write(rename, "Changed")
    assert await world.read(names) == ["Changed"]


async def test_new_ids_are_greater_than_all_before(world: World) -> None:
    ids = [await world.write(lambda tx: tx.new_id()) for _ in range(5)]
    world.clock.move(-1_000)
    ids += [await world.write(lambda tx: tx.new_id()) for _ in range(5)]

    assert ids == sorted(set(ids))
    assert ids[0] > OrgId(world.org_id)


def names(tx: Tx) -> list[str]:
    return [row.name for row in tx.all(select(orgs).order_by(orgs.c.org_id))]


def rename(tx: Tx, name: str) -> None:
    tx.run(update(orgs).values(name=name))
