"""Everybody who presses a button makes a dialog: those that are over are not kept."""

import pytest
from sqlalchemy import func, select
from tests.extensions.pressing import button, press_of
from tests.world import World

from keypost.clock import DAY_MS, MINUTE_MS
from keypost.db.tables import dialogs as table
from keypost.db.tx import Tx
from keypost.extensions import dialogs
from keypost.extensions.model import DIALOG_LIFE_MS

BUTTON = button("authentication", {"title": "Token", "input": {"type": "user_webhook_token"}})


async def test_the_server_forgets_a_dialog_a_day_after_its_end(world: World) -> None:
    tool = await world.tool(await world.running_extension())
    asked = await press_of(world, world.ada, tool, BUTTON)
    assert (await world.ada.accept(asked.nonce)).status == 200
    world.clock.move(MINUTE_MS)
    await press_of(world, world.ada, tool, BUTTON)

    assert await left_after(world, DIALOG_LIFE_MS + DAY_MS - MINUTE_MS) == 2
    assert await left_after(world, MINUTE_MS) == 1
    assert await left_after(world, MINUTE_MS) == 0


async def test_of_many_only_some_are_forgotten_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogs, "AT_ONCE", 2)
    tool = await world.tool(await world.running_extension())
    for _ in range(3):
        await press_of(world, world.ada, tool, BUTTON)
    later = world.clock.now + DIALOG_LIFE_MS + DAY_MS + 1

    assert [await world.write(dialogs.forget_old, later) for _ in range(3)] == [2, 1, 0]


async def left_after(world: World, milliseconds: int) -> int:
    world.clock.move(milliseconds)
    await world.restart()
    await world.server.upkeep.do()
    return await world.read(count)


def count(tx: Tx) -> int:
    (row,) = tx.all(select(func.count().label("many")).select_from(table))
    return int(row.many)
