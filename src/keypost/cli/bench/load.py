"""Sends posts and times the answers, as a process: many connections, one request under way on each.

It says a `Heard` for each `Load` that it is told. In closed loop every connection sends as soon as it is
answered. In open loop posts fall due at a steady rate, whatever the server does, and each is timed from when it fell
due: a server that stalls is charged for all who had to wait meanwhile.
"""

import asyncio
import math
from array import array
from collections import deque
from collections.abc import Sequence
from itertools import cycle
from time import perf_counter_ns
from typing import Final

import uvloop
from msgspec import Struct

from keypost.cli.bench.connection import Connection
from keypost.cli.bench.lines import each, say
from keypost.settings import DEFAULT_HOST
from keypost.web.credentials import HEADER_SHOWN

NS_PER_S: Final = 1_000_000_000
NS_PER_MS: Final = 1_000_000
TICK_S: Final = 0.001
PATIENCE_S: Final = 10.0
"""How long the last answers may take after the end."""
MOST: Final = 0.99


class Load(Struct, frozen=True, kw_only=True):
    """`rate` is posts a second in open loop; 0 for closed loop. Paths and tokens are taken in turn."""

    port: int
    paths: tuple[str, ...] = ("/",)
    tokens: tuple[str, ...] = ("",)
    body: str = ""
    connections: int
    seconds: float
    rate: float = 0


class Heard(Struct, frozen=True, kw_only=True):
    """`left` fell due and was not sent, or not answered in time."""

    answers: int
    non_2xx: int
    left: int
    per_s: float
    p50_ms: float
    p99_ms: float


class Sender:
    """In closed loop: a free connection always has something to send, until the end."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._requests = cycle(requests(load))
        self._times = array("q")
        self._free: list[Connection] = []
        self._non_2xx = 0
        self._done = asyncio.Event()
        self._start = self._end = self._last = 0

    async def run(self) -> Heard:
        loop = asyncio.get_running_loop()
        count = self._load.connections
        opened = [await loop.create_connection(self._new, DEFAULT_HOST, self._load.port) for _ in range(count)]
        self._start = self._last = perf_counter_ns()
        self._end = self._start + int(self._load.seconds * NS_PER_S)
        try:
            async with asyncio.timeout(self._load.seconds + PATIENCE_S):
                await self._send_all([connection for _, connection in opened])
                await self._done.wait()
        except TimeoutError:
            pass
        for _, connection in opened:
            connection.close()
        return self._heard()

    async def _send_all(self, connections: Sequence[Connection]) -> None:
        for connection in connections:
            self._use(connection, perf_counter_ns())

    def _new(self) -> Connection:
        return Connection(self._answered)

    def _answered(self, connection: Connection, is_good: bool) -> None:
        now = perf_counter_ns()
        self._times.append(now - connection.began)
        self._last = now
        self._non_2xx += not is_good
        self._use(connection, now)

    def _use(self, connection: Connection, now: int) -> None:
        due = self._take_due(now)
        if due is not None:
            connection.send(next(self._requests), due)
            return
        self._free.append(connection)
        if now >= self._end and len(self._free) == self._load.connections:
            self._done.set()

    def _take_due(self, now: int) -> int | None:
        """When the next post fell due; None if there is none."""
        return now if now < self._end else None

    @property
    def _left(self) -> int:
        return self._load.connections - len(self._free)

    def _heard(self) -> Heard:
        times = sorted(self._times)
        return Heard(
            answers=len(times),
            non_2xx=self._non_2xx,
            left=self._left,
            per_s=len(times) * NS_PER_S / max(self._last - self._start, 1),
            p50_ms=_at(times, 0.5),
            p99_ms=_at(times, MOST),
        )


class SteadySender(Sender):
    """In open loop."""

    def __init__(self, load: Load) -> None:
        super().__init__(load)
        self._due: deque[int] = deque()
        self._unsent = 0

    async def _send_all(self, connections: Sequence[Connection]) -> None:
        self._free.extend(connections)
        fallen_due = 0
        while (now := perf_counter_ns()) < self._end:
            due = int((now - self._start) * self._load.rate / NS_PER_S)
            self._due.extend(self._start + int(n * NS_PER_S / self._load.rate) for n in range(fallen_due, due))
            fallen_due = due
            while self._due and self._free:
                self._free.pop().send(next(self._requests), self._due.popleft())
            await asyncio.sleep(TICK_S)
        self._unsent = len(self._due)
        self._due.clear()
        if len(self._free) == self._load.connections:
            self._done.set()

    def _take_due(self, _now: int) -> int | None:
        return self._due.popleft() if self._due else None

    @property
    def _left(self) -> int:
        return self._unsent + super()._left


def requests(load: Load) -> list[bytes]:
    """One for each pair of a path and a token that the turns bring together."""
    turns = math.lcm(len(load.paths), len(load.tokens))
    return [
        request(load.port, load.paths[turn % len(load.paths)], load.tokens[turn % len(load.tokens)], load.body)
        for turn in range(turns)
    ]


def request(port: int, path: str, token: str, body: str) -> bytes:
    method = "POST" if body else "GET"
    credential = f"{HEADER_SHOWN}: {token}\r\n" if token else ""
    head = f"{method} {path} HTTP/1.1\r\nHost: {DEFAULT_HOST}:{port}\r\n{credential}"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def _at(times: Sequence[int], share: float) -> float:
    """In milliseconds: what this share of all did not take longer than."""
    return times[math.ceil(len(times) * share) - 1] / NS_PER_MS if times else 0.0


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for order in each(Load):
            say(runner.run((SteadySender(order) if order.rate else Sender(order)).run()))
