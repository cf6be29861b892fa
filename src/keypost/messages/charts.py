"""Where the parts of a chart stand. Pure geometry: numbers in, places in a frame out; how they look is not known here.

Lengths are those of the frame, `WIDTH` by `HEIGHT`, with y growing downwards as in every drawing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from math import ceil, floor, log10
from typing import Final, TypeAlias

from msgspec import Struct

from keypost_sdk.content import GraphCategory, GraphSlide

WIDTH: Final = 360
HEIGHT: Final = 200
LEFT: Final = 40
RIGHT: Final = WIDTH - 6
TOP: Final = 8
BOTTOM: Final = HEIGHT - 24
FULL: Final = 100.0
"""All sectors of a whole together."""
TICKS_WANTED: Final = 4
FILLED: Final = 0.75
"""How much of its place the bars of a label take."""
SMALLEST: Final = 1e-9
"""Values that differ by less are drawn as one: their difference is lost where they are divided."""

_STEPS: Final = (1, 2, 5, 10)

Spot: TypeAlias = tuple[str, int]
"""A label, and the how-manieth of its name in a category."""


class Sector(Struct, frozen=True):
    """Begins at `start` and takes `size`, both of `FULL`."""

    start: float
    size: float


class Bar(Struct, frozen=True, kw_only=True):
    series: int
    x: float
    y: float
    width: float
    height: float


class Line(Struct, frozen=True):
    series: int
    points: tuple[tuple[float, float], ...]


class Tick(Struct, frozen=True):
    value: float
    y: float


class Place(Struct, frozen=True):
    """Where a label stands, and how much room it has."""

    label: str
    x: float
    room: float


class Graph(Struct, frozen=True, kw_only=True):
    """`zero` is the height of the value 0. A graph has bars or lines."""

    ticks: tuple[Tick, ...]
    places: tuple[Place, ...]
    zero: float
    bars: tuple[Bar, ...] = ()
    lines: tuple[Line, ...] = ()


class Scale(Struct, frozen=True):
    """Values from `low` to `high`, with a tick at each `step`; 0 is among them."""

    low: float
    high: float
    step: float

    def y(self, value: float) -> float:
        part = (value - self.low) / (self.high - self.low)
        return BOTTOM - min(max(part, 0.0), 1.0) * (BOTTOM - TOP)

    def ticks(self) -> Iterator[Tick]:
        count = round((self.high - self.low) / self.step)
        return (Tick(value, self.y(value)) for value in (self.low + self.step * number for number in range(count + 1)))


def sectors(values: Sequence[float]) -> tuple[Sector, ...]:
    """One for each value, side by side, the whole of `FULL`; of nothing at all, nothing."""
    whole = sum(values)
    sizes = [FULL * (value / whole) if whole > 0 else 0.0 for value in values]
    return tuple(Sector(end - size, size) for end, size in zip(accumulate(sizes), sizes, strict=True))


def graph(slide: GraphSlide) -> Graph:
    spots = tuple(dict.fromkeys(spot for category in slide.data for spot, _ in spots_of(category)))
    rows = [dict(spots_of(category)) for category in slide.data]
    is_stacked = slide.styles.preview == "vertical_stacked_bar"
    scale = scale_of(_sums(rows, spots) if is_stacked else [value for row in rows for value in row.values()])
    room = (RIGHT - LEFT) / len(spots)
    found = Graph(
        ticks=tuple(scale.ticks()),
        places=tuple(Place(label, LEFT + room * (index + 0.5), room) for index, (label, _) in enumerate(spots)),
        zero=scale.y(0),
    )
    if slide.styles.preview == "trend":
        return _with_lines(found, rows, spots, scale)
    bars = _stacked(found, rows, spots, scale) if is_stacked else _side_by_side(found, rows, spots, scale)
    return Graph(ticks=found.ticks, places=found.places, zero=found.zero, bars=tuple(bars))


def spots_of(category: GraphCategory) -> Iterator[tuple[Spot, float]]:
    """The values of a category, each with its spot: a label that comes twice has two."""
    seen: Counter[str] = Counter()
    for value in category.values:
        yield (value.label, seen[value.label]), value.value
        seen[value.label] += 1


def scale_of(values: Iterable[float]) -> Scale:
    known = [*values, 0.0]
    low, high = min(known), max(known)
    if high - low < SMALLEST:
        low, high = 0.0, 1.0
    step = _round_step((high - low) / TICKS_WANTED)
    return Scale(floor(low / step) * step, ceil(high / step) * step, step)


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 5, 10 … times a power of ten that is not below `least`."""
    power = 10.0 ** floor(log10(least))
    return next((step * power for step in _STEPS if step * power >= least), _STEPS[-1] * power)


def _sums(rows: Sequence[dict[Spot, float]], spots: Sequence[Spot]) -> Iterator[float]:
    """How high and how deep each stack is: what is below zero hangs from it."""
    for spot in spots:
        values = [row[spot] for row in rows if spot in row]
        yield sum(value for value in values if value > 0)
        yield sum(value for value in values if value < 0)


def _with_lines(found: Graph, rows: Sequence[dict[Spot, float]], spots: Sequence[Spot], scale: Scale) -> Graph:
    at = {spot: place.x for spot, place in zip(spots, found.places, strict=True)}
    lines = tuple(
        Line(series, tuple((at[spot], scale.y(row[spot])) for spot in spots if spot in row))
        for series, row in enumerate(rows)
    )
    return Graph(ticks=found.ticks, places=found.places, zero=found.zero, lines=lines)


def _side_by_side(
    found: Graph, rows: Sequence[dict[Spot, float]], spots: Sequence[Spot], scale: Scale
) -> Iterator[Bar]:
    for spot, place in zip(spots, found.places, strict=True):
        width = place.room * FILLED / len(rows)
        begin = place.x - place.room * FILLED / 2
        for series, row in enumerate(rows):
            if spot in row:
                yield _bar(series, begin + width * series, width, (0, row[spot]), scale)


def _stacked(found: Graph, rows: Sequence[dict[Spot, float]], spots: Sequence[Spot], scale: Scale) -> Iterator[Bar]:
    for spot, place in zip(spots, found.places, strict=True):
        width = place.room * FILLED
        above = below = 0.0
        for series, row in enumerate(rows):
            value = row.get(spot, 0.0)
            begin = above if value >= 0 else below
            if spot in row:
                yield _bar(series, place.x - width / 2, width, (begin, begin + value), scale)
            above, below = above + max(value, 0.0), below + min(value, 0.0)


def _bar(series: int, x: float, width: float, ends: tuple[float, float], scale: Scale) -> Bar:
    one, other = map(scale.y, ends)
    return Bar(series=series, x=x, y=min(one, other), width=width, height=abs(one - other))
