"""Servers that differ in one thing, measured side by side: whole, without the fast lane, without storing."""

from typing import Final

from msgspec import Struct

from keypost.cli.bench.children import Loader, Subject
from keypost.cli.bench.load import Heard, Load
from keypost.cli.bench.plan import BODY, Plan
from keypost.cli.bench.subject import Counts
from keypost.errors import Fault

US_PER_S: Final = 1_000_000


class Servers(Struct, frozen=True, kw_only=True):
    """The product, the same without its fast lane, and the same that stores nothing."""

    durable: Subject
    door: Subject
    lane: Subject


class Run(Struct, frozen=True, kw_only=True):
    """A load, and what the server counted meanwhile."""

    heard: Heard
    spent: Counts

    @property
    def per_s(self) -> float:
        return self.heard.per_s

    @property
    def cpu_us(self) -> float:
        """Of the server's processor, for each answer."""
        return self.spent.cpu_s * US_PER_S / max(self.heard.answers, 1)


class Round(Struct, frozen=True, kw_only=True):
    """`lane` is the server that stores nothing, `door` one that stores without the fast lane, `durable` and `many` the
    one that stores, with the usual and with many connections; `nginx` is None where it is not installed.
    """

    nginx: Heard | None
    lane: Run
    door: Run
    durable: Run
    many: Run

    @property
    def all_heard(self) -> list[Heard]:
        own = [run.heard for run in (self.lane, self.door, self.durable, self.many)]
        return own if self.nginx is None else [*own, self.nginx]


class Comparison:
    """What is compared runs in turn, so that what else the machine does slows all of it down alike."""

    def __init__(self, plan: Plan, loader: Loader, servers: Servers, nginx_port: int | None) -> None:
        self._plan = plan
        self._loader = loader
        self._servers = servers
        self._nginx_port = nginx_port

    def warm_up(self) -> None:
        """First statements are compiled, first pages are written."""
        for subject in (self._servers.lane, self._servers.door, self._servers.durable):
            self.post(subject)

    def round(self) -> Round:
        return Round(
            nginx=self.ask(self._nginx_port) if self._nginx_port is not None else None,
            lane=self.post(self._servers.lane),
            door=self.post(self._servers.door),
            durable=self.post(self._servers.durable),
            many=self.post(self._servers.durable, connections=self._plan.many_connections),
        )

    def ask(self, port: int) -> Heard:
        """What a server that does nothing answers."""
        return self._loader.send(Load(port=port, connections=self._plan.usual_connections, seconds=self._plan.seconds))

    def post(self, subject: Subject, *, connections: int | None = None, rate: float = 0) -> Run:
        before = subject.count()
        heard = self._loader.send(
            Load(
                port=subject.port,
                paths=subject.paths,
                tokens=subject.stocked.tokens,
                body=BODY,
                connections=connections or self._plan.usual_connections,
                seconds=self._plan.seconds,
                rate=rate,
            )
        )
        after = subject.count()
        spent = Counts(after.rows - before.rows, after.batches - before.batches, after.cpu_s - before.cpu_s)
        _require_stored(heard, spent.rows, subject)
        return Run(heard=heard, spent=spent)


def _require_stored(heard: Heard, rows: int, subject: Subject) -> None:
    """A rate of answers that stand for nothing would be worth nothing."""
    good = heard.answers - heard.non_2xx
    if subject.is_storing and not good <= rows <= good + heard.left:
        raise Fault(f"The server said yes {good} times and stored {rows} messages.")
    if not subject.is_storing and rows:
        raise Fault(f"The server that should store nothing stored {rows} messages.")
