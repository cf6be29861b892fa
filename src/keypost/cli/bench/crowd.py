"""Many who watch, and one who posts, as a process: how fast messages reach open pages.

It is told a `Crowd`, opens the streams and says so; then they are idle. Told `Task.SPREAD`, it posts much at once and
says a `Spread` when everybody has everything; told `Task.FOLLOW`, it posts one by one and says a `Followed`.
"""

import asyncio
import sys
from collections.abc import Sequence
from enum import StrEnum
from time import perf_counter_ns
from typing import Final

import msgspec
import uvloop
from msgspec import Struct

from keypost.cli.bench.connection import Connection
from keypost.cli.bench.lines import say, told
from keypost.cli.bench.load import NS_PER_MS, NS_PER_S, request
from keypost.settings import DEFAULT_HOST

EVENT: Final = b"\nevent: message"
OPENED: Final = b"retry:"
POSTERS: Final = 8
"""Connections that post: as many messages can be in one commit."""
PATIENCE_S: Final = 60.0


class Crowd(Struct, frozen=True, kw_only=True):
    port: int
    subscribers: int
    posts: int
    followed: int
    session: str
    token: str
    path: str
    body: str


class Spread(Struct, frozen=True, kw_only=True):
    deliveries: int
    non_2xx: int
    per_s: float


class Followed(Struct, frozen=True, kw_only=True):
    """Of each post, from when it was sent until it was on the last one's socket."""

    last_ms: Sequence[float]
    non_2xx: int


class Task(StrEnum):
    SPREAD = "spread"
    FOLLOW = "follow"


class Stream(asyncio.Protocol):
    def __init__(self, watch: "Watch") -> None:
        self._watch = watch
        self._is_open = False
        self._tail = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        transport.write(self._watch.asking)

    def data_received(self, data: bytes) -> None:
        data = self._tail + data
        if not self._is_open and OPENED in data:
            self._is_open = True
            self._watch.opened()
        self._watch.reached(data.count(EVENT))
        self._tail = data[-len(EVENT) + 1 :]  # Too short for a whole one: nothing is counted twice.


class Watch:
    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self.deliveries = 0
        self._open = self._answers = self._non_2xx = self._due = self._to_send = 0
        self._last = 0
        self._all_open, self._all_done = asyncio.Event(), asyncio.Event()
        self._post = request(crowd.port, crowd.path, crowd.token, crowd.body)
        cookie = f"Cookie: keypost-{crowd.port}={crowd.session}\r\n"
        self.asking = f"GET /live HTTP/1.1\r\nHost: {DEFAULT_HOST}:{crowd.port}\r\n{cookie}\r\n".encode()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(self._crowd.subscribers):
                await loop.create_connection(lambda: Stream(self), DEFAULT_HOST, self._crowd.port)
            await self._all_open.wait()
        say("open")
        opened = [
            await loop.create_connection(lambda: Connection(self._answered), DEFAULT_HOST, self._crowd.port)
            for _ in range(POSTERS)
        ]
        connections = [connection for _, connection in opened]
        while line := await asyncio.to_thread(sys.stdin.readline):
            task = msgspec.json.decode(line, type=Task)
            say(await (self._spread(connections) if task is Task.SPREAD else self._follow(connections[:1])))

    def opened(self) -> None:
        self._open += 1
        if self._open == self._crowd.subscribers:
            self._all_open.set()

    def reached(self, count: int) -> None:
        self.deliveries += count
        if count:
            self._last = perf_counter_ns()
            self._look()

    async def _spread(self, connections: Sequence[Connection]) -> Spread:
        took_ns = await self._posted(self._crowd.posts, connections)
        per_s = self.deliveries * NS_PER_S / took_ns
        return Spread(deliveries=self.deliveries, non_2xx=self._non_2xx, per_s=per_s)

    async def _follow(self, connections: Sequence[Connection]) -> Followed:
        last_ms, non_2xx = [], 0
        for _ in range(self._crowd.followed):
            last_ms.append(await self._posted(1, connections) / NS_PER_MS)
            non_2xx += self._non_2xx
        return Followed(last_ms=last_ms, non_2xx=non_2xx)

    async def _posted(self, count: int, connections: Sequence[Connection]) -> int:
        """Nanoseconds from the first of these posts until everybody has them all."""
        self.deliveries = self._answers = self._non_2xx = 0
        self._due = self._to_send = count
        self._all_done.clear()
        began = self._last = perf_counter_ns()
        for connection in connections:
            self._send(connection)
        async with asyncio.timeout(PATIENCE_S):
            await self._all_done.wait()
        return max(1, self._last - began)

    def _answered(self, connection: Connection, is_good: bool) -> None:
        self._answers += 1
        self._non_2xx += not is_good
        self._send(connection)
        self._look()

    def _send(self, connection: Connection) -> None:
        if self._to_send:
            self._to_send -= 1
            connection.send(self._post, 0)

    def _look(self) -> None:
        """Posts that were refused reach nobody: they are not waited for."""
        good = self._answers - self._non_2xx
        if self._answers == self._due and self.deliveries >= self._crowd.subscribers * good:
            self._all_done.set()


if __name__ == "__main__":
    order = told(Crowd)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(Watch(order).run())
