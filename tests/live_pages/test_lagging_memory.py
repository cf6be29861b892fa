"""A commit is in the database a moment before memory follows it. What is told waits for memory, and loses nothing."""

import asyncio
from collections.abc import Callable

from tests.live.until import PATIENCE_S
from tests.world import World

from keypost.chat.directory import Chats
from keypost.db.database import Database, P, R, Verb
from keypost.events import service as events
from keypost.live.hub import Hub, Watcher


class Slow:
    """A database whose readings are over a moment before they are answered."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.clock, self.ids, self.epoch = database.clock, database.ids, database.epoch
        self.write, self.close = database.write, database.close
        self.after_reading: Callable[[], None] = lambda: None

    async def read(self, verb: Verb[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        result = await self._database.read(verb, *args, **kwargs)
        self.after_reading()
        return result


async def test_a_chat_that_memory_does_not_know_yet_is_told_once_it_does(world: World) -> None:
    chats, newest = Chats(), world.server.hub.newest(world.org_id)
    hub = Hub(world.database, world.server.people, chats, world.server.attribution)
    hub.load({world.org_id: newest})
    watcher = hub.watch(world.org_id, world.ada.person.id, newest, newest)

    made = await world.channel("new", world.ada)
    await hub._bring(world.org_id)
    assert watcher._queue.empty()

    chats.put(made)
    hub.heard(await world.read(events.list_after, world.org_id, newest))
    await hub._bring(world.org_id)

    assert made.shown_id in await told(watcher)
    assert watcher._queue.empty()


async def test_memory_that_follows_while_the_log_is_read_comes_too_late_for_that_reading(world: World) -> None:
    chats, newest = Chats(), world.server.hub.newest(world.org_id)
    database = Slow(world.database)
    hub = Hub(database, world.server.people, chats, world.server.attribution)
    hub.load({world.org_id: newest})
    watcher = hub.watch(world.org_id, world.ada.person.id, newest, newest)
    made = await world.channel("new", world.ada)
    happened = await world.read(events.list_after, world.org_id, newest)

    def follow() -> None:
        chats.put(made)
        hub.heard(happened)

    database.after_reading = follow
    await hub._bring(world.org_id)
    await hub._bring(world.org_id)

    assert made.shown_id in await told(watcher)


async def test_memory_is_as_new_as_the_log_when_a_server_starts(world: World) -> None:
    await world.channel("new", world.ada)
    newest = world.server.hub.newest(world.org_id)

    await world.restart()

    assert world.server.hub.newest(world.org_id) == newest > 0
    assert newest == await world.read(events.last_number, world.org_id)


async def told(watcher: Watcher) -> str:
    async with asyncio.timeout(PATIENCE_S):
        frame = await watcher.next()
    assert frame is not None
    return frame.decode()
