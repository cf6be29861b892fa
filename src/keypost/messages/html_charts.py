"""Charts as SVG, each with its numbers beside it in words: no chart is told by shape and colour alone."""

from collections.abc import Iterable, Sequence
from html import escape
from math import ceil
from typing import Final

from keypost.messages import charts
from keypost.messages.plain import cell_text, chart_text, visible
from keypost_sdk.content import GraphCategory, GraphSlide, PercentageSlide, Share

LABELS_SHOWN: Final = 5
LABEL_SHOWN_MAX: Final = 10
"""What fits under a graph; the numbers beside it have everything."""
GAP: Final = 0.6
"""Between two sectors, of a whole of 100."""
BASELINE: Final = charts.HEIGHT - 8
LETTER_HALF: Final = 4
UNITS: Final = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))

_RINGS: Final = {
    "pie": ("0 0 200 200", "M100 55A45 45 0 0 1 100 145A45 45 0 0 1 100 55"),
    "doughnut": ("0 0 200 200", "M100 28A72 72 0 0 1 100 172A72 72 0 0 1 100 28"),
    "semi_doughnut": ("0 0 200 106", "M22 100A78 78 0 0 1 178 100"),
}


def chart(slide: PercentageSlide | GraphSlide, title: str) -> str:
    """`title` is plain text."""
    return _percentages(slide, title) if isinstance(slide, PercentageSlide) else _graph(slide, title)


def _percentages(slide: PercentageSlide, title: str) -> str:
    preview = slide.styles.preview
    view, path = _RINGS[preview]
    found = charts.sectors([share.value for share in slide.data])
    drawn = "".join(_sector(path, series, sector) for series, sector in enumerate(found) if sector.size > 0)
    shares = "".join(_share(series, share, found[series]) for series, share in enumerate(slide.data))
    plot = f'<path class="chart-whole" d="{path}"></path>{drawn}'
    picture = _picture(
        f"chart-ring chart-{preview}", view, f"{title}: {chart_text(slide)}" if title else chart_text(slide), plot
    )
    return f'<div class="chart">{picture}<ul class="legend">{shares}</ul></div>'


def _graph(slide: GraphSlide, title: str) -> str:
    found = charts.graph(slide)
    view = f"0 0 {charts.WIDTH} {charts.HEIGHT}"
    plot = "".join([*map(_tick, found.ticks), *_labels(found.places), *map(_bar, found.bars), *map(_line, found.lines)])
    zero = f'<path class="chart-zero" d="M{charts.LEFT} {_n(found.zero)}H{charts.RIGHT}"></path>'
    label = ". ".join(part for part in (title, "Graph; its numbers stand below") if part)
    picture = _picture("chart-graph", view, label, plot + zero)
    legend = "".join(
        f'<li class="{_series(series)}" dir="auto">{escape(category.category)}</li>'
        for series, category in enumerate(slide.data)
    )
    axes = _axis("y", slide.styles.y_axis), _axis("x", slide.styles.x_axis)
    body = f'{axes[0]}{picture}{axes[1]}<ul class="legend">{legend}</ul>{_numbers(slide)}'
    return f'<div class="chart">{body}</div>'


def _picture(kind: str, view: str, label: str, inside: str) -> str:
    return f'<svg class="{kind}" viewBox="{view}" role="img" aria-label="{escape(visible(label))}">{inside}</svg>'


def _sector(path: str, series: int, sector: charts.Sector) -> str:
    """A stretch of the whole ring's own line: its length counts 100, whatever its form. Behind the stretch nothing is
    drawn for as long as the whole, or a second one would begin where the line ends: a splinter.
    """
    length = max(sector.size - GAP, sector.size / 2) if sector.size < charts.FULL else charts.FULL
    dashes = f'stroke-dasharray="{_n(length)} {_n(charts.FULL)}" stroke-dashoffset="{_n(-sector.start)}"'
    return f'<path class="{_series(series)}" d="{path}" pathLength="100" {dashes}></path>'


def _share(series: int, share: Share, sector: charts.Sector) -> str:
    value = f'<span class="legend-value" dir="auto">{escape(cell_text(share.value))} · {sector.size:.3g} %</span>'
    return f'<li class="{_series(series)}" dir="auto">{escape(share.label)} {value}</li>'


def _tick(tick: charts.Tick) -> str:
    line = f'<path class="chart-tick" d="M{charts.LEFT} {_n(tick.y)}H{charts.RIGHT}"></path>'
    place = f'x="{charts.LEFT - LETTER_HALF}" y="{_n(tick.y + LETTER_HALF)}"'
    return f'{line}<text class="chart-number" {place}>{_short(tick.value)}</text>'


def _labels(places: Sequence[charts.Place]) -> Iterable[str]:
    """As many as there is room for, evenly. A text in SVG has no `dir`: the style sheet gives it its own direction."""
    for place in places[:: ceil(len(places) / LABELS_SHOWN)]:
        text = place.label if len(place.label) <= LABEL_SHOWN_MAX else place.label[: LABEL_SHOWN_MAX - 1] + "…"
        yield f'<text class="chart-label" x="{_n(place.x)}" y="{BASELINE}">{escape(visible(text))}</text>'


def _bar(bar: charts.Bar) -> str:
    place = f'x="{_n(bar.x)}" y="{_n(bar.y)}" width="{_n(bar.width)}" height="{_n(bar.height)}"'
    return f'<rect class="{_series(bar.series)}" {place}></rect>'


def _line(line: charts.Line) -> str:
    path = "L".join(f"{_n(x)} {_n(y)}" for x, y in line.points)
    dots = "".join(
        f'<circle class="{_series(line.series)}" cx="{_n(x)}" cy="{_n(y)}" r="3"></circle>' for x, y in line.points
    )
    return f'<path class="chart-line {_series(line.series)}" d="M{path}"></path>{dots}'


def _axis(which: str, name: str) -> str:
    return f'<p class="chart-axis chart-axis-{which}" dir="auto">{escape(name)}</p>' if name.strip() else ""


def _numbers(slide: GraphSlide) -> str:
    heads = "".join(f'<th scope="col" dir="auto">{escape(category.category)}</th>' for category in slide.data)
    rows = "".join(_row(label, cells) for label, cells in _table(slide.data))
    corner = f'<td dir="auto">{escape(slide.styles.x_axis)}</td>'
    table = f"<table><thead><tr>{corner}{heads}</tr></thead><tbody>{rows}</tbody></table>"
    frame = f'<div class="table-scroll" role="group" tabindex="0" aria-label="Numbers">{table}</div>'
    return f'<details class="chart-numbers"><summary>Numbers</summary>{frame}</details>'


def _table(categories: Sequence[GraphCategory]) -> Iterable[tuple[str, list[str]]]:
    rows = [dict(charts.spots_of(category)) for category in categories]
    for spot in dict.fromkeys(spot for row in rows for spot in row):
        yield spot[0], [cell_text(row.get(spot)) for row in rows]


def _row(label: str, cells: Iterable[str]) -> str:
    values = "".join(f'<td dir="auto">{escape(cell)}</td>' for cell in cells)
    return f'<tr><th scope="row" dir="auto">{escape(label)}</th>{values}</tr>'


def _series(number: int) -> str:
    return f"series-{number + 1}"


def _short(value: float) -> str:
    """A number of a scale: these are round, so three digits say all of it."""
    for size, unit in UNITS:
        if abs(value) >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"


def _n(length: float) -> str:
    return f"{length:.2f}".rstrip("0").rstrip(".")
