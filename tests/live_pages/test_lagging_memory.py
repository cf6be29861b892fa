"""A commit is in the database a moment before memory follows it. What is told waits for memory, and loses nothing."""

from collections.abc import Callable
from functools import partial

from tests.world import World

from keypost.chat.directory import Chats
from keypost.db.database import Database, P, R, Verb
from keypost.events import service as events
from keypost.live.hub import Hub
from keypost.web.outlet import QueueOutlet


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
    ada = watching(world, hub, newest)

    made = await world.channel("new", world.ada)
    await bring(world, hub)
    assert "event" not in await told(ada)

    chats.put(made)
    hub.heard(await world.read(events.list_after, world.org_id, newest))
    await bring(world, hub)

    assert made.shown_id in await told(ada)
    await bring(world, hub)
    assert await told(ada) == ""


async def test_memory_that_follows_while_the_log_is_read_comes_too_late_for_that_reading(world: World) -> None:
    chats, newest = Chats(), world.server.hub.newest(world.org_id)
    database = Slow(world.database)
    hub = Hub(database, world.server.people, chats, world.server.attribution)
    hub.load({world.org_id: newest})
    ada = watching(world, hub, newest)
    first, second = [await world.channel(name, world.ada) for name in ("first", "second")]
    of_first, *of_second = await world.read(events.list_after, world.org_id, newest)
    chats.put(first)
    hub.heard([of_first])

    def follow() -> None:
        chats.put(second)
        hub.heard(of_second)

    database.after_reading = follow
    await bring(world, hub)
    at_first = await told(ada)
    await bring(world, hub)

    assert first.shown_id in at_first
    assert second.shown_id not in at_first
    assert second.shown_id in await told(ada)


async def test_memory_is_as_new_as_the_log_when_a_server_starts(world: World) -> None:
    await world.channel("new", world.ada)
    newest = world.server.hub.newest(world.org_id)

    await world.restart()

    assert world.server.hub.newest(world.org_id) == newest > 0
    assert newest == await world.read(events.last_number, world.org_id)


def watching(world: World, hub: Hub, since: int) -> QueueOutlet:
    ada = world.ada.person
    return QueueOutlet(partial(hub.watch, org_id=ada.org_id, person_id=ada.id, since=since, newest=since))


async def bring(world: World, hub: Hub) -> None:
    await hub._bring(hub._audiences[world.org_id])


async def told(outlet: QueueOutlet) -> str:
    """What waits to be read."""
    pieces = []
    while outlet.size:
        pieces.append(await outlet.next() or b"")
    return b"".join(pieces).decode()
