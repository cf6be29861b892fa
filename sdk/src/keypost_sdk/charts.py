"""Slides that draw numbers."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from keypost_sdk.buttons import Buttons
from keypost_sdk.forms import Form

CHART_TITLE_MAX: Final = 200
SHARES_MAX: Final = 5
CATEGORIES_MAX: Final = 5
VALUES_MAX: Final = 20
CHART_LABEL_MAX: Final = 20
VALUE_MAX: Final = 10**15
"""Beyond it a chart could not add up what it shows."""

ChartLabel = Annotated[str, Meta(max_length=CHART_LABEL_MAX)]
Portion = Annotated[int, Meta(ge=0, le=VALUE_MAX)] | Annotated[float, Meta(ge=0, le=VALUE_MAX)]
Value = Annotated[int, Meta(ge=-VALUE_MAX, le=VALUE_MAX)] | Annotated[float, Meta(ge=-VALUE_MAX, le=VALUE_MAX)]


class Share(Form, frozen=True):
    """A part of the whole; how large a part is counted from all values together."""

    label: ChartLabel
    value: Portion


class PercentageStyles(Form, frozen=True):
    preview: Literal["pie", "doughnut", "semi_doughnut"] = "pie"


class PercentageSlide(Form, frozen=True, tag_field="type", tag="percentage_chart"):
    data: Annotated[tuple[Share, ...], Meta(min_length=1, max_length=SHARES_MAX)]
    title: Annotated[str, Meta(max_length=CHART_TITLE_MAX)] = ""
    styles: PercentageStyles = PercentageStyles()
    buttons: Buttons = ()


class GraphValue(Form, frozen=True):
    label: ChartLabel
    value: Value


class GraphCategory(Form, frozen=True):
    """A line of a trend, or the bars of one colour. Values with the same label stand at the same place."""

    category: ChartLabel
    values: Annotated[tuple[GraphValue, ...], Meta(min_length=1, max_length=VALUES_MAX)]


class GraphStyles(Form, frozen=True):
    """`x_axis` and `y_axis` say what is counted there."""

    preview: Literal["trend", "vertical_bar", "vertical_stacked_bar"] = "vertical_bar"
    x_axis: ChartLabel = ""
    y_axis: ChartLabel = ""


class GraphSlide(Form, frozen=True, tag_field="type", tag="graph"):
    data: Annotated[tuple[GraphCategory, ...], Meta(min_length=1, max_length=CATEGORIES_MAX)]
    title: Annotated[str, Meta(max_length=CHART_TITLE_MAX)] = ""
    styles: GraphStyles = GraphStyles()
    buttons: Buttons = ()
