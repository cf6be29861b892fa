"""Listens, until a signal says stop: then streams are ended first, for the web server waits for open answers."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Final

import uvicorn

from keypost.app import Server
from keypost.errors import Fault
from keypost.live.hub import Hub
from keypost.proxies import Proxies
from keypost.settings import authority
from keypost.web.gate import Gate
from keypost.web.protocol import guarding

DRAIN_S: Final = 3
"""How long answers under way may take after the signal."""
LET_IN_S: Final = 0.05
"""How long a server that stops lets those in who have connected already."""
KEEP_ALIVE_S: Final = 75
BACKLOG: Final = 2048
COLLECT_EVERY: Final = 20_000
"""Objects. A request leaves few behind, none in circles: to look for those at every 700 took a fifth of its time."""


class WebServer(uvicorn.Server):
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Whoever stands in line to be let in when it stops listening would be reset, with what they have sent."""
        for listener in sockets or []:
            listener.listen(0)  # The line grows no longer.
        await asyncio.sleep(LET_IN_S)
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are ours: uvicorn would wait for streams that only we can end."""
        yield


def bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    where = authority(host, port)
    try:
        socket.getaddrinfo(host, port, family)  # The next would not say that it failed by the host's name.
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except socket.gaierror as error:
        raise Fault(f"Cannot listen on {where}: {error.strerror}. Use an address of this machine.") from error
    except OSError as error:
        # Not `error.strerror`: Python adds the address to it, which stands here already.
        reason = os.strerror(error.errno or 0)
        raise Fault(f"Cannot listen on {where}: {reason}. Stop what listens there, or use --port.") from error


async def serve(
    server: Server, listener: socket.socket, *, has_fast_lane: bool = True, ready: Callable[[], None] = lambda: None
) -> None:
    """Serves until SIGINT or SIGTERM. Without the fast lane, every request goes by the ASGI application.

    `ready` is called when a signal would end it as it should: whoever hears that it runs can stop it.
    """
    config = uvicorn.Config(
        server.door,
        http=guarding(
            Gate(proxies=Proxies(server.settings.trusted_proxies)), server.fast_lane if has_fast_lane else None
        ),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=DRAIN_S,
    )
    web = WebServer(config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stop, web, server.hub)
    ready()
    _settle_interpreter()
    await web.serve(sockets=[listener])


def _settle_interpreter() -> None:
    """For many short requests."""
    # What was loaded stays as long as the process: the collector need not stop everybody to look through it.
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_EVERY, *gc.get_threshold()[1:])


def _stop(web: uvicorn.Server, hub: Hub) -> None:
    hub.end_streams()
    web.should_exit = True
