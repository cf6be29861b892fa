"""When a token was last used is written now and then. What cannot be written then waits for the next time."""

import asyncio

import pytest
from sqlalchemy import select
from tests.chat.test_slow_database import held
from tests.world import World

from keypost.clock import MINUTE_MS
from keypost.db import postgres, sqlite_engines
from keypost.db.tables import tokens
from keypost.db.tx import Tx


async def test_last_uses_that_could_not_be_saved_are_saved_the_next_time_and_later_ones_win(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_engines, "BUSY_TIMEOUT_MS", 50)
    monkeypatch.setattr(postgres, "LOCK_TIMEOUT_MS", 50)
    once, twice = await world.tool(), await world.tool()
    await world.restart()
    began = world.clock.now_ms()
    for tool in (once, twice):
        await tool.say("#builds", "Hello")

    async with held(world, "tokens"):
        saving = asyncio.create_task(world.server.upkeep.save_uses())
        await asyncio.sleep(0)
        world.server.register.note_use(twice.token, began + MINUTE_MS)
        await saving
    nothing = await world.read(last_uses)
    await world.server.upkeep.save_uses()

    assert nothing == {once.token.id: None, twice.token.id: None}
    assert await world.read(last_uses) == {once.token.id: began, twice.token.id: began + MINUTE_MS}


async def test_a_last_use_is_saved_once(world: World) -> None:
    standup = await world.tool()
    await standup.say("#builds", "Hello")

    await world.server.upkeep.save_uses()

    assert await world.read(last_uses) == {standup.token.id: world.clock.now}
    assert world.server.register.take_uses() == {}


def last_uses(tx: Tx) -> dict[int, int | None]:
    return {row.id: row.last_used_at for row in tx.all(select(tokens.c.id, tokens.c.last_used_at))}
