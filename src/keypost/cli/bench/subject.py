"""The server that is measured, as a process: the product whole, with a stocked organisation and no bound on posts.

It is told an `Order` on the first line of its input, says `Ready`, then `Counts` for each further line, and ends when
its input does: no server outlives the one who measures it.
"""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path
from typing import Final

import uvloop
from msgspec import Struct

from keypost import log
from keypost.app import running
from keypost.chat.lane import Lane
from keypost.cli.bench.lines import say, told
from keypost.cli.bench.plan import Order
from keypost.cli.bench.stock import Stocked, fill
from keypost.cli.bench.unstored import Unstored
from keypost.cli.serving import bind, serve
from keypost.db import ownership
from keypost.errors import Fault, Refusal
from keypost.settings import DEFAULT_HOST, NO_BOUND, Settings

LOG_FILE: Final = "keypost.log"


class Ready(Struct, frozen=True):
    """`stocked` is None where the folder was not filled just now."""

    port: int
    stocked: Stocked | None


class Counts(Struct, frozen=True):
    """Since the start: messages and transactions of the lane, and seconds of processor of the whole process."""

    rows: int
    batches: int
    cpu_s: float


def main() -> None:
    order = told(Order)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(order))
    except (OSError, Refusal, Fault) as error:  # The disk is full, say.
        sys.exit(str(error))


async def _run(order: Order) -> None:
    with bind(DEFAULT_HOST, 0) as listener:
        settings = Settings(
            data=Path(order.folder),
            port=listener.getsockname()[1],
            posts_per_minute=NO_BOUND,
            # All of the load comes from one address, which may have more connections than a stranger's.
            trusted_proxies=(DEFAULT_HOST,),
        )
        ownership.make(settings.data)
        log.configure(settings.log_level, settings.data / LOG_FILE)
        async with running(settings, lane_kind=Lane if order.storing else Unstored) as server:
            say(Ready(settings.port, await fill(server, order.stock) if order.stock is not None else None))
            answering = asyncio.create_task(_answer(server.lane), name="answering")
            await serve(server, listener, has_fast_lane=order.fast_lane)
            answering.cancel()


async def _answer(lane: Lane) -> None:
    questions = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(questions), sys.stdin)
    while await questions.readline():
        say(Counts(lane.rows, lane.batches, time.process_time()))
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
