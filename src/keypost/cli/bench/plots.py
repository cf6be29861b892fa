"""The figures as pictures: SVG that stands alone, readable on light and dark ground, with its numbers in words too."""

import math
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Final

from msgspec import Struct

from keypost.cli.bench.figures import Figures
from keypost.cli.bench.growth import Growth
from keypost.cli.bench.offered import Offered

WIDTH: Final = 640
TOP: Final = 52
ROW: Final = 32
LABELS: Final = 190
"""What the labels before the bars take, and `VALUES` the numbers behind them."""
VALUES: Final = 90
PLOT_HEIGHT: Final = 260
PLOT_LEFT: Final = 80
PLOT_RIGHT: Final = WIDTH - 30
LEGEND: Final = "posts that fall due in a second; solid: half of them, dashed: 99 of 100"
STYLE: Final = """
text { font: 14px system-ui, sans-serif; fill: #222 }
.title { font-weight: 600 }
.end { text-anchor: end }
.bar, .half-dot { fill: #2f6f9f }
.most-dot { fill: #b3541e }
.half, .most { fill: none; stroke: #2f6f9f; stroke-width: 2 }
.most { stroke: #b3541e; stroke-dasharray: 6 4 }
.axis { stroke: #9998 }
@media (prefers-color-scheme: dark) {
  text { fill: #eee }
  .bar, .half-dot { fill: #7fb8e0 }
  .most-dot { fill: #f0a070 }
  .half { stroke: #7fb8e0 }
  .most { stroke: #f0a070 }
}
"""


class Bar(Struct, frozen=True):
    label: str
    value: float
    shown: str


def plots(figures: Figures) -> dict[str, str]:
    """By the names of their files."""
    drawn = {"rates.svg": _bars("Answers a second, all from one run", list(_rates(figures)))}
    if figures.growth:
        title = "Processor time of a post, small organisation = 1"
        drawn["growth.svg"] = _bars(title, [Bar(_larger(one), one.cpu, f"{one.cpu:.2f}") for one in figures.growth])
    if figures.offered:
        drawn["latency.svg"] = _latency(figures.offered)
    return drawn


def _rates(figures: Figures) -> Iterator[Bar]:
    if figures.nginx_per_s is not None:
        yield _rate("nginx, return 200", figures.nginx_per_s)
    yield _rate("Keypost, nothing stored", figures.lane_per_s)
    yield _rate("Keypost, ASGI door", figures.door_per_s)
    yield _rate("Keypost, 64 connections", figures.durable_per_s)
    yield _rate("Keypost, 256 connections", figures.c256_per_s)
    yield _rate("deliveries to pages", figures.fanout_per_s)


def _rate(label: str, per_s: int) -> Bar:
    return Bar(label, per_s, f"{per_s:,}")


def _larger(one: Growth) -> str:
    return f"{one.large:,} {one.part}"


def _bars(title: str, rows: Sequence[Bar]) -> str:
    largest = max(row.value for row in rows) or 1
    room = WIDTH - LABELS - VALUES
    drawn = [_bar(row, TOP + number * ROW, max(1.0, room * row.value / largest)) for number, row in enumerate(rows)]
    words = "; ".join(f"{row.label}: {row.shown}" for row in rows)
    return _picture(title, words, TOP + len(rows) * ROW, "".join(drawn))


def _bar(row: Bar, y: float, width: float) -> str:
    return (
        f'<text class="end" x="{LABELS - 10}" y="{y + 5}">{escape(row.label)}</text>'
        f'<rect class="bar" x="{LABELS}" y="{y - 9}" width="{width:.1f}" height="18" rx="3"/>'
        f'<text x="{LABELS + width + 8:.1f}" y="{y + 5}">{escape(row.shown)}</text>'
    )


def _latency(offered: Sequence[Offered]) -> str:
    """On a scale of tens: latencies reach from parts of a millisecond to seconds."""
    low = min(one.p50_ms for one in offered)
    bottom, top = math.floor(math.log10(max(low, 0.01))), math.ceil(math.log10(max(one.p99_ms for one in offered)))
    most = max(one.offered_per_s for one in offered)

    def x(one: Offered) -> float:
        return PLOT_LEFT + (PLOT_RIGHT - PLOT_LEFT) * one.offered_per_s / most

    def y(milliseconds: float) -> float:
        share = (math.log10(max(milliseconds, 0.01)) - bottom) / max(top - bottom, 1)
        return TOP + PLOT_HEIGHT * (1 - share)

    drawn = [_rule(y(10.0**power), f"{10.0**power:g} ms") for power in range(bottom, top + 1)]
    drawn += [
        _line("half", offered, x, lambda one: y(one.p50_ms)),
        _line("most", offered, x, lambda one: y(one.p99_ms)),
    ]
    under = TOP + PLOT_HEIGHT + 22
    drawn += [f'<text class="end" x="{x(one):.1f}" y="{under}">{one.offered_per_s:,}</text>' for one in offered[1:]]
    drawn.append(f'<text x="{PLOT_LEFT}" y="{under + 24}">{LEGEND}</text>')
    words = "; ".join(
        f"{one.offered_per_s:,} a second: half within {one.p50_ms:g} ms, 99 of 100 within {one.p99_ms:g} ms"
        for one in offered
    )
    return _picture("From when a post falls due to its answer", words, under + 40, "".join(drawn))


def _rule(y: float, label: str) -> str:
    line = f'<path class="axis" d="M{PLOT_LEFT} {y:.1f}H{PLOT_RIGHT}"/>'
    return f'{line}<text class="end" x="{PLOT_LEFT - 8}" y="{y + 5:.1f}">{label}</text>'


def _line(kind: str, offered: Sequence[Offered], x: Callable[[Offered], float], y: Callable[[Offered], float]) -> str:
    spots = [(x(one), y(one)) for one in offered]
    path = "L".join(f"{left:.1f} {down:.1f}" for left, down in spots)
    dots = "".join(f'<circle class="{kind}-dot" cx="{left:.1f}" cy="{down:.1f}" r="4"/>' for left, down in spots)
    return f'<path class="{kind}" d="M{path}"/>{dots}'


def _picture(title: str, words: str, height: float, drawn: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-labelledby="t d">'
        f'<title id="t">{escape(title)}</title><desc id="d">{escape(words)}</desc><style>{STYLE}</style>'
        f'<text class="title" x="10" y="24">{escape(title)}</text>{drawn}</svg>\n'
    )
