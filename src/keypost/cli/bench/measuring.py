"""The measurement, from an empty folder to its figures."""

import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from keypost.cli.bench import nginx, open_files
from keypost.cli.bench.children import Loader, Subject, child, subjects
from keypost.cli.bench.comparison import Comparison, Round, Servers
from keypost.cli.bench.disk import fdatasync_p50_ms
from keypost.cli.bench.fan_out import fan_out
from keypost.cli.bench.figures import Figures, Measured, conclude
from keypost.cli.bench.growth import Growth, growth
from keypost.cli.bench.memory import used_bytes
from keypost.cli.bench.offered import Offered, offer
from keypost.cli.bench.plan import Order, Plan
from keypost.cli.bench.starting import Start, start

Tell = Callable[[str], None]


def measure(plan: Plan, folder: Path, tell: Tell) -> Figures:
    """The folder says on which disk messages are stored. `tell` hears how far it is."""
    load_before = os.getloadavg()[0]
    open_files.allow(plan.subscribers + plan.many_connections)
    tell("The disk ...")
    disk_ms = fdatasync_p50_ms(folder, plan.disk_writes)
    with ExitStack() as stack:
        tell("Starting the servers ...")
        loader, trivial = Loader(stack.enter_context(child("load"))), stack.enter_context(child("trivial"))
        durable, door, lane = stack.enter_context(subjects(*_orders(folder)))
        servers = Servers(durable=durable, door=door, lane=lane)
        comparison = Comparison(plan, loader, servers, _nginx(stack, folder, tell))
        memory = used_bytes(durable.pid)
        comparison.warm_up()
        rounds = []
        for number in range(1, plan.rounds + 1):
            tell(f"Round {number} of {plan.rounds} ...")
            rounds.append(comparison.round())
        client = comparison.ask(trivial.hear(int))
        tell(f"{plan.subscribers} pages that watch ...")
        fanned = fan_out(plan, durable)
        offered = _offer(plan, comparison, durable, rounds, tell)
        grown = _grow(plan, comparison, folder, tell)
    return conclude(
        Measured(
            rounds=rounds,
            client=client,
            non_2xx=loader.non_2xx,
            fanned=fanned,
            disk_ms=disk_ms,
            memory=memory,
            offered=offered,
            grown=grown,
            starts=_start(plan, folder, tell),
            load_before=load_before,
            load_after=os.getloadavg()[0],
            seconds=plan.seconds,
        )
    )


def _orders(folder: Path) -> tuple[Order, Order, Order]:
    return (
        Order(folder=str(folder / "durable")),
        Order(folder=str(folder / "door"), fast_lane=False),
        Order(folder=str(folder / "lane"), storing=False),
    )


def _offer(plan: Plan, comparison: Comparison, server: Subject, rounds: list[Round], tell: Tell) -> list[Offered]:
    in_closed_loop = median(one.durable.per_s for one in rounds)
    offered = []
    for share in plan.rates:
        rate = max(1, round(in_closed_loop * share))
        tell(f"{rate} posts a second, whatever the server does ...")
        offered.append(offer(comparison, server, rate))
    return offered


def _grow(plan: Plan, comparison: Comparison, folder: Path, tell: Tell) -> list[Growth]:
    if not plan.grown:
        return []
    tell(f"Organisations with {plan.grown} times as much ...")
    return growth(plan, comparison, folder / "growth")


def _start(plan: Plan, folder: Path, tell: Tell) -> list[Start]:
    starts = []
    for number, stock in enumerate(plan.starts):
        tell(f"A start with {stock.messages} messages and {stock.tokens} tokens ...")
        starts.append(start(folder / f"start-{number}", stock))
    return starts


def _nginx(stack: ExitStack, folder: Path, tell: Tell) -> int | None:
    program = nginx.found()
    if program is None:
        tell("There is no nginx: it is left out. Debian's is in nginx-light.")
        return None
    return stack.enter_context(nginx.running(program, folder))
