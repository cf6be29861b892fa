"""The processes that are measured and that measure. Each ends with its context, whatever happens in it."""

import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Final, TypeVar

import msgspec

from keypost.cli.bench.load import Heard, Load
from keypost.cli.bench.plan import Order
from keypost.cli.bench.stock import Stocked
from keypost.cli.bench.subject import Counts, Ready
from keypost.errors import Fault

T = TypeVar("T")

SILENT_S: Final = 600.0
"""How long a process may say nothing: to fill a server with a million messages takes minutes."""
STOP_S: Final = 20.0
PACKAGE: Final = __name__.rpartition(".")[0]


class Child:
    """A program of this package. It ends when its input does."""

    def __init__(self, module: str) -> None:
        self._name = module
        self._process = subprocess.Popen(  # noqa: S603 - a module of ours, by this Python.
            [sys.executable, "-m", f"{PACKAGE}.{module}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Ctrl-C is for the command; it ends its children itself, in order.
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def tell(self, what: object) -> None:
        pipe = self._process.stdin
        with suppress(BrokenPipeError):  # It has failed, and the next who listens to it says so.
            if pipe is not None:
                pipe.write(msgspec.json.encode(what) + b"\n")
                pipe.flush()

    def hear(self, kind: type[T]) -> T:
        pipe = self._process.stdout
        line = pipe.readline() if pipe is not None and select.select([pipe], [], [], SILENT_S)[0] else b""
        if not line:
            raise Fault(f"A process of the measurement failed ({self._name}). If it said why, that stands above.")
        return msgspec.json.decode(line, type=kind)

    def kill(self) -> None:
        self._process.kill()

    def stop(self) -> None:
        process = self._process
        if process.stdin is not None:
            with suppress(BrokenPipeError):
                process.stdin.close()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


class Subject:
    """A server that is measured."""

    def __init__(self, started: Child, order: Order) -> None:
        self._child = started
        self._ready = started.hear(Ready)
        self.is_storing = order.storing

    @property
    def port(self) -> int:
        return self._ready.port

    @property
    def stocked(self) -> Stocked:
        if self._ready.stocked is None:
            raise Fault("This server was not filled just now.")
        return self._ready.stocked

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(f"/api/v2/channelsbyname/{name}/message" for name in self.stocked.channels)

    @property
    def pid(self) -> int:
        return self._child.pid

    def count(self) -> Counts:
        self._child.tell(None)
        return self._child.hear(Counts)


class Loader:
    """What sends posts. `non_2xx` is of all its loads: no figure stands for an answer that was none."""

    def __init__(self, started: Child) -> None:
        self._child = started
        self.non_2xx = 0

    def send(self, load: Load) -> Heard:
        self._child.tell(load)
        heard = self._child.hear(Heard)
        self.non_2xx += heard.non_2xx
        return heard


@contextmanager
def child(module: str) -> Iterator[Child]:
    started = Child(module)
    try:
        yield started
    except BaseException:
        started.kill()  # What it is at may take long, and nobody waits for it any more.
        raise
    finally:
        started.stop()


@contextmanager
def subjects(*orders: Order) -> Iterator[list[Subject]]:
    """Servers, which start at the same time."""
    with ExitStack() as stack:
        children = [stack.enter_context(child("subject")) for _ in orders]
        for started, order in zip(children, orders, strict=True):
            started.tell(order)
        yield [Subject(started, order) for started, order in zip(children, orders, strict=True)]
