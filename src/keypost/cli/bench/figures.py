"""What comes out. A ratio is the median of the ratios of each round: only what ran side by side is compared."""

import os
import platform
import statistics
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from keypost.cli.bench.comparison import Round
from keypost.cli.bench.fan_out import FanOut
from keypost.cli.bench.growth import Growth
from keypost.cli.bench.load import Heard
from keypost.cli.bench.offered import Offered
from keypost.cli.bench.starting import Start

MIB: Final = 1024 * 1024


class Measured(Struct, frozen=True, kw_only=True):
    """As it was read. `memory` is that of a server before its first post; `client` what the load got from a server that
    does nothing; `non_2xx` answers to any load.
    """

    rounds: Sequence[Round]
    client: Heard
    non_2xx: int
    fanned: FanOut
    disk_ms: float
    memory: int
    offered: Sequence[Offered]
    grown: Sequence[Growth]
    starts: Sequence[Start]
    load_before: float
    load_after: float
    seconds: float


class Machine(Struct, frozen=True, kw_only=True):
    """`load` is the load average before and after: above the number of processors, others were at work too."""

    cpus: int
    system: str
    python: str
    load: tuple[float, float]


class Figures(Struct, frozen=True, kw_only=True):
    """Rates are answers (or deliveries) a second. `left` was sent and not answered in time."""

    lane_per_s: int
    durable_per_s: int
    durable_over_lane: float
    door_per_s: int
    durable_over_door: float
    c256_per_s: int
    c256_over_c64: float
    rows_per_commit: float
    p50_ms: float
    p99_ms: float
    fdatasync_p50_ms: float
    p99_over_fdatasync: float
    cpu_us_per_post: float
    lane_cpu_us_per_post: float
    door_cpu_us_per_post: float
    nginx_per_s: int | None
    durable_over_nginx: float | None
    client_per_s: int
    fanout_per_s: int
    fanout_last_ms: float
    bytes_per_subscriber: int
    memory_mb: float
    non_2xx: int
    left: int
    rounds: int
    seconds: float
    offered: Sequence[Offered]
    growth: Sequence[Growth]
    starts: Sequence[Start]
    machine: Machine


def conclude(measured: Measured) -> Figures:
    def median(of: Callable[[Round], float]) -> float:
        return statistics.median(of(one) for one in measured.rounds)

    nginx = [one.nginx.per_s for one in measured.rounds if one.nginx is not None]
    over_nginx = [one.durable.per_s / one.nginx.per_s for one in measured.rounds if one.nginx is not None]
    p99_ms = median(lambda one: one.durable.heard.p99_ms)
    return Figures(
        lane_per_s=round(median(lambda one: one.lane.per_s)),
        durable_per_s=round(median(lambda one: one.durable.per_s)),
        durable_over_lane=round(median(lambda one: one.durable.per_s / one.lane.per_s), 3),
        door_per_s=round(median(lambda one: one.door.per_s)),
        durable_over_door=round(median(lambda one: one.durable.per_s / one.door.per_s), 2),
        c256_per_s=round(median(lambda one: one.many.per_s)),
        c256_over_c64=round(median(lambda one: one.many.per_s / one.durable.per_s), 2),
        rows_per_commit=round(_rows_per_commit(measured.rounds), 1),
        p50_ms=round(median(lambda one: one.durable.heard.p50_ms), 2),
        p99_ms=round(p99_ms, 2),
        fdatasync_p50_ms=round(measured.disk_ms, 3),
        p99_over_fdatasync=round(p99_ms / measured.disk_ms, 1),
        cpu_us_per_post=round(median(lambda one: one.durable.cpu_us), 1),
        lane_cpu_us_per_post=round(median(lambda one: one.lane.cpu_us), 1),
        door_cpu_us_per_post=round(median(lambda one: one.door.cpu_us), 1),
        nginx_per_s=round(statistics.median(nginx)) if nginx else None,
        durable_over_nginx=round(statistics.median(over_nginx), 3) if over_nginx else None,
        client_per_s=round(measured.client.per_s),
        fanout_per_s=round(statistics.median(spread.per_s for spread in measured.fanned.spreads)),
        fanout_last_ms=round(statistics.median(measured.fanned.followed.last_ms), 2),
        bytes_per_subscriber=round(measured.fanned.bytes_each),
        memory_mb=round(measured.memory / MIB, 1),
        non_2xx=measured.non_2xx
        + sum(spread.non_2xx for spread in measured.fanned.spreads)
        + measured.fanned.followed.non_2xx,
        left=sum(heard.left for one in measured.rounds for heard in one.all_heard),
        rounds=len(measured.rounds),
        seconds=measured.seconds,
        offered=measured.offered,
        growth=measured.grown,
        starts=measured.starts,
        machine=Machine(
            cpus=os.cpu_count() or 1,
            system=f"{platform.system()} {platform.machine()}",
            python=platform.python_version(),
            load=(round(measured.load_before, 1), round(measured.load_after, 1)),
        ),
    )


def _rows_per_commit(rounds: Sequence[Round]) -> float:
    spent = [one.durable.spent for one in rounds]
    return sum(counts.rows for counts in spent) / max(sum(counts.batches for counts in spent), 1)
