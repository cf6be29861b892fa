"""Slides of a message: texts, tables, lists, labels and pictures. Charts have a file of their own."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from keypost_sdk.buttons import Buttons
from keypost_sdk.charts import GraphSlide, PercentageSlide
from keypost_sdk.forms import ADDRESS_MAX, IMAGE_ADDRESS, Form, Scalar

SLIDE_TITLE_MAX: Final = 200
SLIDE_TEXT_MAX: Final = 5_000
LIST_MAX: Final = 100
LIST_ENTRY_MAX: Final = 1_000
LABELS_MAX: Final = 50
LABEL_NAME_MAX: Final = 100
LABEL_VALUE_MAX: Final = 1_000
IMAGES_MAX: Final = 20
TABLE_COLUMNS_MAX: Final = 20
TABLE_ROWS_MAX: Final = 100
TABLE_HEADER_MAX: Final = 100
WIDTHS_SUM: Final = 100
STICKY_MAX: Final = 2

LabelName = Annotated[str, Meta(max_length=LABEL_NAME_MAX)]
LabelValue = Annotated[str, Meta(max_length=LABEL_VALUE_MAX)] | int | float | bool | None


Width = Annotated[int, Meta(ge=1, le=WIDTHS_SUM)] | Annotated[float, Meta(gt=0, le=WIDTHS_SUM)]
Stuck = Annotated[int, Meta(ge=0, le=STICKY_MAX)]


class Sticky(Form, frozen=True):
    """How many rows, the headers being the first, and how many columns stay in sight while the table scrolls."""

    rows: Stuck = 0
    columns: Stuck = 0


class TableStyles(Form, frozen=True):
    """`width` has a percentage for each column, `WIDTHS_SUM` together; without it each column is as wide
    as it needs.
    """

    width: Annotated[tuple[Width, ...], Meta(max_length=TABLE_COLUMNS_MAX)] = ()
    sticky: Sticky = Sticky()


class Table(Form, frozen=True):
    """Each row has exactly the headers as its keys."""

    headers: Annotated[
        tuple[Annotated[str, Meta(max_length=TABLE_HEADER_MAX)], ...], Meta(min_length=1, max_length=TABLE_COLUMNS_MAX)
    ]
    rows: Annotated[tuple[dict[str, Scalar], ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
    styles: TableStyles = TableStyles()


class TableSlide(Form, frozen=True, tag_field="type", tag="table"):
    data: Table
    title: Annotated[str, Meta(max_length=SLIDE_TITLE_MAX)] = ""
    buttons: Buttons = ()


class TextSlide(Form, frozen=True, tag_field="type", tag="text"):
    data: Annotated[str, Meta(min_length=1, max_length=SLIDE_TEXT_MAX)]
    title: Annotated[str, Meta(max_length=SLIDE_TITLE_MAX)] = ""
    buttons: Buttons = ()


class ListStyle(Form, frozen=True):
    type: Literal[
        "disc",
        "circle",
        "square",
        "decimal",
        "lower-alpha",
        "upper-alpha",
        "lower-roman",
        "upper-roman",
    ] = "disc"


class ListSlide(Form, frozen=True, tag_field="type", tag="list"):
    data: Annotated[
        tuple[Annotated[str, Meta(max_length=LIST_ENTRY_MAX)], ...], Meta(min_length=1, max_length=LIST_MAX)
    ]
    title: Annotated[str, Meta(max_length=SLIDE_TITLE_MAX)] = ""
    styles: ListStyle = ListStyle()
    buttons: Buttons = ()


class LabelSlide(Form, frozen=True, tag_field="type", tag="label"):
    """Names and values: each entry is `{"Name": "value"}`, or `{"label": "Name", "value": "value"}`."""

    data: Annotated[tuple[dict[LabelName, LabelValue], ...], Meta(min_length=1, max_length=LABELS_MAX)]
    title: Annotated[str, Meta(max_length=SLIDE_TITLE_MAX)] = ""
    buttons: Buttons = ()


class ImagesSlide(Form, frozen=True, tag_field="type", tag="images"):
    data: Annotated[
        tuple[Annotated[str, Meta(max_length=ADDRESS_MAX, pattern=IMAGE_ADDRESS)], ...],
        Meta(min_length=1, max_length=IMAGES_MAX),
    ]
    title: Annotated[str, Meta(max_length=SLIDE_TITLE_MAX)] = ""
    buttons: Buttons = ()


Slide = TableSlide | TextSlide | ListSlide | LabelSlide | ImagesSlide | PercentageSlide | GraphSlide
