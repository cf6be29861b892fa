"""What runs in the server's process: the product whole, on a port and by a clock that the test has chosen."""

import asyncio
import os
import socket
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import uvloop
from tests.faults.set_clock import SetClock

from keypost import log
from keypost.app import running
from keypost.cli.serving import BACKLOG, serve
from keypost.errors import Fault
from keypost.settings import Settings

LOG_FILE: Final = "keypost.log"
ORPHANED: Final = 70


def main(settings: Settings, clock: Path, life: Connection) -> None:
    """`life` says when to begin. It hears an empty text once the server answers, or why it does not start; at its other
    end's end it dies.
    """
    life.recv()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(settings, SetClock(clock), life))


async def _run(settings: Settings, clock: SetClock, life: Connection) -> None:
    log.configure("info", settings.data.with_suffix(".log"))
    asyncio.get_running_loop().add_reader(life.fileno(), os._exit, ORPHANED)
    address = (settings.host, settings.port)
    # The port stays reserved for this server while it is down: the test holds it too, and does not listen.
    with socket.create_server(address, backlog=BACKLOG, reuse_port=True) as listener:
        try:
            async with running(settings, clock) as server:
                life.send("")
                await serve(server, listener)
        except Fault as fault:
            life.send(str(fault))
