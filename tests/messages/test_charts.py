"""A chart shows its numbers truly: nothing falls out of its frame, and what is larger is drawn larger."""

from itertools import pairwise
from math import isclose, isfinite
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.messages.pages import assert_harmless, page_of

from keypost.messages import charts
from keypost.messages.html import render
from keypost_sdk.charts import VALUE_MAX
from keypost_sdk.content import GraphSlide, Message

NUMBERS = st.one_of(
    st.integers(-VALUE_MAX, VALUE_MAX),
    st.floats(-VALUE_MAX, VALUE_MAX),
    st.sampled_from([0, 1, -1, 5e-324, VALUE_MAX]),
)
PREVIEWS = st.sampled_from(["trend", "vertical_bar", "vertical_stacked_bar"])
VALUES = st.lists(st.tuples(st.sampled_from("abcdef"), NUMBERS), min_size=1, max_size=20)


@st.composite
def graphs(draw: st.DrawFn) -> GraphSlide:
    categories = draw(st.lists(VALUES, min_size=1, max_size=5))
    return graph(draw(PREVIEWS), *categories)


def graph(preview: str, *categories: list[tuple[str, float]]) -> GraphSlide:
    data = [
        {"category": f"c{number}", "values": [{"label": label, "value": value} for label, value in values]}
        for number, values in enumerate(categories)
    ]
    return msgspec.convert({"type": "graph", "data": data, "styles": {"preview": preview}}, GraphSlide)


@settings(deadline=None, max_examples=60)
@given(st.lists(NUMBERS.map(abs), min_size=1, max_size=5))
def test_sectors_lie_side_by_side_and_fill_the_turn(values: list[float]) -> None:
    found = charts.sectors(values)

    assert len(found) == len(values)
    assert isclose(sum(sector.size for sector in found), charts.FULL if any(values) else 0, abs_tol=1e-6)
    for before, after in pairwise(found):
        assert isclose(before.start + before.size, after.start, abs_tol=1e-6)
    assert [sector.size for sector in found] == pytest.approx([charts.FULL * v / (sum(values) or 1) for v in values])


@settings(deadline=None, max_examples=60)
@given(graphs())
def test_everything_stands_within_the_frame(slide: GraphSlide) -> None:
    found = charts.graph(slide)

    for bar in found.bars:
        assert charts.LEFT <= bar.x <= bar.x + bar.width <= charts.RIGHT
        assert charts.TOP - 1e-6 <= bar.y <= bar.y + bar.height <= charts.BOTTOM + 1e-6
    heights = [y for line in found.lines for _, y in line.points] + [tick.y for tick in found.ticks] + [found.zero]
    assert all(charts.TOP <= y <= charts.BOTTOM for y in heights)
    assert all(charts.LEFT < x < charts.RIGHT for line in found.lines for x, _ in line.points)
    assert all(isfinite(tick.value) for tick in found.ticks)


@settings(deadline=None, max_examples=60)
@given(graphs())
def test_every_value_is_drawn_once(slide: GraphSlide) -> None:
    found = charts.graph(slide)

    given_values = [len(category.values) for category in slide.data]
    if slide.styles.preview == "trend":
        assert [len(line.points) for line in found.lines] == given_values
    else:
        assert [sum(bar.series == number for bar in found.bars) for number in range(len(slide.data))] == given_values


@settings(deadline=None, max_examples=60)
@given(VALUES)
def test_a_larger_value_stands_higher(values: list[tuple[str, float]]) -> None:
    (line,) = charts.graph(graph("trend", values)).lines
    drawn = {spot: y for (spot, _), (_, y) in zip(in_order(values), line.points, strict=True)}

    ordered = sorted(in_order(values), key=lambda entry: entry[1])

    assert all(drawn[lower] >= drawn[higher] - 1e-6 for (lower, _), (higher, _) in pairwise(ordered))


def in_order(values: list[tuple[str, float]]) -> list[tuple[charts.Spot, float]]:
    return list(charts.spots_of(graph("trend", values).data[0]))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=4))
def test_bars_of_a_stack_touch_and_add_up(stacks: list[tuple[float, float, float]]) -> None:
    labels = "abcd"[: len(stacks)]
    categories = [[(label, stack[number]) for label, stack in zip(labels, stacks, strict=True)] for number in range(3)]

    found = charts.graph(graph("vertical_stacked_bar", *categories))

    for index in range(len(stacks)):
        bars = found.bars[3 * index : 3 * index + 3]
        above = sum(bar.height for bar in bars if bar.y + bar.height <= found.zero + 1e-6)
        below = sum(bar.height for bar in bars if bar.y + bar.height > found.zero + 1e-6)
        top, bottom = min(bar.y for bar in bars), max(bar.y + bar.height for bar in bars)
        assert isclose(above, max(found.zero - top, 0), abs_tol=1e-6)
        assert isclose(below, max(bottom - found.zero, 0), abs_tol=1e-6)


def test_a_scale_has_round_steps_and_zero() -> None:
    def steps(*values: float) -> list[float]:
        return [tick.value for tick in charts.scale_of(values).ticks()]

    assert steps(7) == [0, 2, 4, 6, 8]
    assert steps(-3, 12) == [-5, 0, 5, 10, 15]
    assert steps(0) == [0, 0.5, 1]
    assert steps(0.04) == pytest.approx([0, 0.01, 0.02, 0.03, 0.04])
    assert steps(1e15) == [0, 5e14, 1e15]


def shown(slide: dict[str, Any]) -> str:
    return render(msgspec.convert({"slides": [slide]}, Message), anchor="m1")


def test_a_pie_says_in_words_what_it_shows() -> None:
    data = [{"label": "<Passed>", "value": 3}, {"label": "Failed", "value": 1}]

    html = shown({"type": "percentage_chart", "title": "Jobs & more", "data": data})

    page = assert_harmless(html)
    assert [path.get("stroke-dasharray") for path in page.all("path")] == [None, "74.4 100", "24.4 100"]
    assert page.all("svg")[0]["aria-label"] == "Jobs & more: <Passed>: 3 (75 %)\nFailed: 1 (25 %)"
    assert "<Passed> 3 · 75 %" in page.text


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=5), st.sampled_from(["pie", "doughnut", "semi_doughnut"]))
def test_no_sector_begins_a_second_time_where_its_ring_ends(values: list[int], preview: str) -> None:
    data = [{"label": "a", "value": value} for value in values]

    page = assert_harmless(shown({"type": "percentage_chart", "data": data, "styles": {"preview": preview}}))

    for path in page.all("path")[1:]:
        _, blank = map(float, (path["stroke-dasharray"] or "").split())
        assert blank >= charts.FULL


def test_a_graph_has_its_numbers_in_a_table() -> None:
    data = [
        {"category": "build", "values": [{"label": "Mon", "value": 3}, {"label": "Mon", "value": 4}]},
        {"category": "test", "values": [{"label": "Tue", "value": -2.5}]},
    ]

    page = page_of(shown({"type": "graph", "data": data, "styles": {"x_axis": "Day"}}))

    assert "NumbersDaybuildtestMon3Mon4Tue-2.5" in page.text
    assert [rect["class"] for rect in page.all("rect")] == ["series-1", "series-1", "series-2"]
