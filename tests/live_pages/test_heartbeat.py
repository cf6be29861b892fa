"""Signs of life on streams that have nothing to tell, and the end of all streams."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest
from starlette.types import Receive, Scope, Send
from tests.web.feeding import DOORS, Listener, fed
from tests.world import World

from keypost.live.hub import Hub
from keypost.web.streaming import Feed

OFTEN_S = 0.01
RETRY = b"retry: 1000\n\n"
HEARTBEAT = b": still here\n\n"

pytestmark = pytest.mark.parametrize("door", DOORS)


@asynccontextmanager
async def beating(world: World, door: str) -> AsyncIterator[tuple[Hub, int]]:
    """A hub with a fast heart, and the port at which everybody watches as Ada."""
    hub = Hub(world.database, world.server.people, world.server.chats, world.server.attribution, OFTEN_S)
    ada = world.ada.person
    open_ = partial(hub.watch, org_id=ada.org_id, person_id=ada.id, since=0, newest=0)

    async def watch(scope: Scope, receive: Receive, send: Send) -> None:
        await Feed(open_, media_type="text/event-stream")(scope, receive, send)

    hub.start()
    async with fed(watch, door) as port:
        yield hub, port
        await hub.close()


async def test_an_idle_stream_shows_that_it_is_alive(world: World, door: str) -> None:
    async with beating(world, door) as (_, port):
        reader = await Listener.connect(port)

        assert [await reader.chunk() for _ in range(3)] == [RETRY, HEARTBEAT, HEARTBEAT]
        await reader.close()


async def test_streams_that_come_when_the_server_stops_end_at_once(world: World, door: str) -> None:
    async with beating(world, door) as (hub, port):
        early = await Listener.connect(port)
        assert await early.chunk() == RETRY

        hub.end_streams()
        late = await Listener.connect(port)

        assert [await late.chunk(), await late.chunk()] == [RETRY, b""]
        await early.rest()
        for reader in (early, late):
            assert reader.is_over
            await reader.close()
