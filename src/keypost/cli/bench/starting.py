"""How long a server takes to start, depending on how much is stored."""

import http.client
import time
from pathlib import Path
from statistics import median
from typing import Final

from msgspec import Struct

from keypost.cli.bench.children import subjects
from keypost.cli.bench.memory import used_bytes
from keypost.cli.bench.plan import Order, Stock
from keypost.settings import DEFAULT_HOST

STARTS: Final = 3
PAGE: Final = "/signed-out"
PATIENCE_S: Final = 60


class Start(Struct, frozen=True, kw_only=True):
    """How long a server with so much takes from the start of its process to its first answer, and its memory then."""

    messages: int
    tokens: int
    seconds: float
    memory_bytes: int


def start(folder: Path, stock: Stock) -> Start:
    with subjects(Order(folder=str(folder), stock=stock)):
        pass
    times, memory = zip(*(_start(folder) for _ in range(STARTS)), strict=True)
    return Start(
        messages=stock.messages,
        tokens=stock.tokens,
        seconds=round(median(times), 2),
        memory_bytes=round(median(memory)),
    )


def _start(folder: Path) -> tuple[float, int]:
    began = time.monotonic()
    with subjects(Order(folder=str(folder), stock=None)) as (server,):
        connection = http.client.HTTPConnection(DEFAULT_HOST, server.port, timeout=PATIENCE_S)
        connection.request("GET", PAGE)
        connection.getresponse().read()
        taken = time.monotonic() - began
        connection.close()
        return taken, used_bytes(server.pid)
