"""Readers that do not take what they are sent: what waits for them is bounded, and they harm nobody."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from tests.live.until import until
from tests.live_pages.crowd import is_full, waiting, watchers_of
from tests.live_pages.event_source import EventSource
from tests.web.feeding import DOORS, fed
from tests.world import World

from keypost.live.edition import RUN_MAX
from keypost.live.hub import BACKLOG_MAX
from keypost.web.outlet import FULL_AT

SLEEPERS = 5
TOGETHER = 50
LONG = "x" * 4_900

pytestmark = pytest.mark.parametrize("door", DOORS)


async def test_readers_that_never_read_are_cut_at_a_bound_and_the_others_get_everything(
    world: World, door: str
) -> None:
    standup = await world.tool()
    await world.ada.sign_in()
    await world.grace.sign_in()
    now = world.server.hub.newest(world.org_id)
    async with fed(world.server.door, door) as port, AsyncExitStack() as stack:
        sleepers = [await opened(stack, EventSource(port, world.ada, now), reads=False) for _ in range(SLEEPERS)]
        quick = await opened(stack, EventSource(port, world.grace, now))
        await asyncio.to_thread(until, lambda: len(watchers_of(world, world.ada)) == SLEEPERS, "all are watching")
        posted, most = 0, 0
        while (watchers := watchers_of(world, world.ada)) and posted < BACKLOG_MAX:
            await asyncio.gather(*[standup.say("#general", f"{posted + number} {LONG}") for number in range(TOGETHER)])
            posted += TOGETHER
            await quick.until_number(world.server.hub.newest(world.org_id))
            most = max([most, *(waiting(watcher.outlet) for watcher in watchers)])

        assert len(quick.heard) == posted
        assert quick.connections == 1
        assert most <= FULL_AT + RUN_MAX

        await standup.say("#general", "the end")
        await sleepers[0].close()
        await sleepers[0].until("the end")
        assert [happened.name for happened in sleepers[0].heard] == ["message"] * (posted + 1)


async def test_who_was_away_takes_what_was_missed_as_slowly_as_it_likes(world: World, door: str) -> None:
    """More than may wait for it, and yet it is not cut."""
    standup = await world.tool()
    await world.ada.sign_in()
    now = world.server.hub.newest(world.org_id)
    await asyncio.gather(*[standup.say("#general", f"{number} {LONG}") for number in range(BACKLOG_MAX - 1)])
    async with fed(world.server.door, door) as port, AsyncExitStack() as stack:
        slow = await opened(stack, EventSource(port, world.ada, now), reads=False)
        await asyncio.to_thread(until, lambda: any(map(is_full, watchers_of(world, world.ada))), "a full reader")
        await standup.say("#general", "the end")
        (watcher,) = watchers_of(world, world.ada)
        assert waiting(watcher.outlet) <= FULL_AT + RUN_MAX

        slow.wake()
        await slow.until("the end")

    assert slow.connections == 1
    assert len(slow.heard) == BACKLOG_MAX


async def opened(stack: AsyncExitStack, source: EventSource, *, reads: bool = True) -> EventSource:
    await source.open(reads=reads)
    stack.push_async_callback(source.close)
    return source
