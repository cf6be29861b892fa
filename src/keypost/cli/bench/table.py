"""The figures for people."""

from collections.abc import Iterator, Sequence

from keypost.cli.bench.figures import MIB, Figures, Machine
from keypost.cli.bench.growth import Growth
from keypost.cli.bench.offered import Offered
from keypost.cli.bench.starting import Start
from keypost.cli.console import say, say_table


def show(figures: Figures) -> None:
    say_table(("what", "measured", "beside it"), list(_rows(figures)))
    if figures.offered:
        _show_offered(figures.offered)
    if figures.growth:
        _show_growth(figures.growth)
    if figures.starts:
        _show_starts(figures.starts)
    say(f"\n{_machine(figures.machine)}")


def _show_offered(offered: Sequence[Offered]) -> None:
    say("\nIn open loop, timed from when each post fell due:")
    rows = [
        (f"{one.offered_per_s:,}", f"{one.answered_per_s:,}", f"{one.p50_ms:g}", f"{one.p99_ms:g}", f"{one.left:,}")
        for one in offered
    ]
    say_table(("offered a second", "answered a second", "p50 ms", "p99 ms", "left"), rows)


def _show_growth(growth: Sequence[Growth]) -> None:
    say("\nWhat a post costs in a larger organisation:")
    rows = [(one.part, f"{one.small:,}", f"{one.large:,}", f"x {one.cpu:.2f}", f"x {one.time:.2f}") for one in growth]
    say_table(("larger", "from", "to", "processor", "time"), rows)


def _show_starts(starts: Sequence[Start]) -> None:
    say("\nA start:")
    rows = [
        (f"{one.messages:,}", f"{one.tokens:,}", f"{one.seconds:.2f}", f"{one.memory_bytes / MIB:.0f}")
        for one in starts
    ]
    say_table(("messages", "tokens", "seconds", "MB"), rows)


def _rows(figures: Figures) -> Iterator[tuple[str, str, str]]:
    yield (
        "posts stored a second, 64 connections",
        f"{figures.durable_per_s:,}",
        f"{figures.cpu_us_per_post:.0f} µs of processor each",
    )
    yield "the same without storing", f"{figures.lane_per_s:,}", f"{figures.durable_over_lane:.2f} of it with storing"
    yield (
        "posts stored a second, by the ASGI door",
        f"{figures.door_per_s:,}",
        f"x {figures.durable_over_door:.2f} by the fast lane",
    )
    yield "posts stored a second, 256 connections", f"{figures.c256_per_s:,}", f"x {figures.c256_over_c64:.2f}"
    if figures.nginx_per_s is not None and figures.durable_over_nginx is not None:
        yield (
            "nginx that answers 200",
            f"{figures.nginx_per_s:,}",
            f"{figures.durable_over_nginx:.3f} of it with storing",
        )
    yield "the load, from a server that does nothing", f"{figures.client_per_s:,}", ""
    yield "messages in one commit", f"{figures.rows_per_commit:.1f}", ""
    yield "answer to a post, half of them within", f"{figures.p50_ms:.2f} ms", ""
    yield (
        "answer to a post, 99 of 100 within",
        f"{figures.p99_ms:.2f} ms",
        f"x {figures.p99_over_fdatasync:.0f} of one write",
    )
    yield "one durable write of the disk", f"{figures.fdatasync_p50_ms:.3f} ms", ""
    yield "messages shown on open pages a second", f"{figures.fanout_per_s:,}", ""
    yield "a message on the last open page, half of them within", f"{figures.fanout_last_ms:.2f} ms", ""
    yield "memory of one open page", f"{figures.bytes_per_subscriber:,} bytes", ""
    yield "memory of the server, at its start", f"{figures.memory_mb:.0f} MB", ""
    yield "answers that were not 2xx", f"{figures.non_2xx:,}", f"{figures.left:,} never answered"


def _machine(machine: Machine) -> str:
    before, after = machine.load
    busy = " Others were at work too: compare the ratios alone." if min(before, after) > machine.cpus else ""
    return f"{machine.cpus} processors, load average {before:.1f} before and {after:.1f} after.{busy}"
