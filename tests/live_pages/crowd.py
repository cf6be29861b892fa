"""Who watches a world's server, looked at from the inside."""

from tests.people import Visitor
from tests.world import World

from keypost.live.audience import Watcher
from keypost.web.connection import ConnectionOutlet
from keypost.web.outlet import Outlet, QueueOutlet


def watchers_of(world: World, who: Visitor) -> list[Watcher]:
    audience = world.server.hub._audiences.get(who.person.org_id)
    return audience.of(who.person.id) if audience is not None else []


def waiting(outlet: Outlet) -> int:
    """Bytes that wait for the reader."""
    if isinstance(outlet, ConnectionOutlet):
        return outlet._transport.get_write_buffer_size()
    assert isinstance(outlet, QueueOutlet)
    return outlet.size


def is_full(watcher: Watcher) -> bool:
    return watcher.outlet.is_full
