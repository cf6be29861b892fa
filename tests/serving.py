"""The server's clock and socket, as tests hold them."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from keypost.cli.serving import WebServer
from keypost.clock import WallClock
from keypost.web.door import Door
from keypost.web.fast_lane import FastLane
from keypost.web.gate import Bounds, Gate
from keypost.web.protocol import guarding

OPEN: Final = Gate(Bounds(connections_per_address=10_000))
"""All of the tests come from one address."""


class HeldClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = WallClock().now_ms()

    def now_ms(self) -> int:
        return self.now

    def move(self, milliseconds: int) -> None:
        self.now += milliseconds


def listening() -> socket.socket:
    """A socket on a free port of this machine. With its protocol named, or asyncio would not send small answers at once
    but wait 40 ms for an acknowledgement first.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener


@asynccontextmanager
async def serving(
    door: Door | ASGIApp, listener: socket.socket, gate: Gate = OPEN, fast_lane: FastLane | None = None
) -> AsyncIterator[WebServer]:
    """The web server of `keypost.cli.serving`, without its waiting for a signal; if wanted, without the fast lane."""
    config = uvicorn.Config(
        door,
        http=guarding(gate, fast_lane),
        ws="none",
        lifespan="off",
        log_config=None,
        server_header=False,
        proxy_headers=False,
    )
    config.load()
    web = WebServer(config)
    web.lifespan = config.lifespan_class(config)
    await web.startup(sockets=[listener])
    try:
        yield web
    finally:
        # As its own shutdown does, without the tenth of a second that it sleeps: that is minutes for all worlds.
        for server in web.servers:
            server.close()
        for connection in list(web.server_state.connections):
            connection.shutdown()
        await asyncio.gather(*web.server_state.tasks, return_exceptions=True)
