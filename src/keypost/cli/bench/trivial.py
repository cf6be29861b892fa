"""A server that knows one answer: what the load alone can do, so that nobody takes its limit for the server's.

It says its port on a line of its output, and ends when its input does.
"""

import asyncio
import sys
from typing import Final

import uvloop

from keypost.cli.bench.lines import say
from keypost.settings import DEFAULT_HOST

ANSWER: Final = b"HTTP/1.1 204 No Content\r\n\r\n"


class Trivial(asyncio.Protocol):
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport

    def data_received(self, _data: bytes) -> None:
        self._transport.write(ANSWER)


async def _run() -> None:
    server = await asyncio.get_running_loop().create_server(Trivial, DEFAULT_HOST, 0)
    async with server:
        say(server.sockets[0].getsockname()[1])
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run())
