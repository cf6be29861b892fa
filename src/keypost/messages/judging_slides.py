"""The rules of slides that span fields."""

from collections.abc import Collection, Mapping
from math import isclose
from typing import NoReturn

from keypost.errors import Invalid
from keypost.messages.wording import quoted, step
from keypost_sdk.content import LabelSlide, Scalar, Slide, Table, TableSlide
from keypost_sdk.slides import WIDTHS_SUM


def judge_slide(slide: Slide, path: str) -> None:
    """`path` is that of the slide's data."""
    match slide:
        case TableSlide(data=table):
            _judge_table(table, path)
        case LabelSlide(data=entries):
            for index, entry in enumerate(entries):
                _judge_label(entry, f"{path}[{index}]")
        case _:
            pass


def _judge_table(table: Table, path: str) -> None:
    headers = set(table.headers)
    if len(headers) < len(table.headers):
        twice = next(header for index, header in enumerate(table.headers) if header in table.headers[:index])
        raise Invalid("invalid_inputs", f"{path}.headers has {quoted(twice)} twice")
    for index, row in enumerate(table.rows):
        if row.keys() != headers:
            _refuse_row(row.keys(), table.headers, f"{path}.rows[{index}]")
    if table.styles.width:
        _judge_widths(table.styles.width, len(headers), f"{path}.styles.width")


def _refuse_row(keys: Collection[str], headers: tuple[str, ...], path: str) -> NoReturn:
    for key in keys:
        if key not in headers:
            raise Invalid("invalid_inputs", f"{step(path, key)} is not one of the headers")
    missing = next(header for header in headers if header not in keys)
    raise Invalid("param_missing", f"{step(path, missing)} is missing")


def _judge_widths(widths: Collection[float], columns: int, path: str) -> None:
    if len(widths) != columns:
        raise Invalid("invalid_inputs", f"{path} has {len(widths)} entries; the table has {columns} columns")
    if not isclose(sum(widths), WIDTHS_SUM):
        raise Invalid("invalid_inputs", f"{path} adds up to {sum(widths):g}; it must be {WIDTHS_SUM}")


def _judge_label(entry: Mapping[str, Scalar], path: str) -> None:
    if not entry:
        raise Invalid("invalid_inputs", f"{path} is empty")
    if len(entry) > 1 and entry.keys() != {"label", "value"}:
        raise Invalid("invalid_inputs", f'{path} has {len(entry)} names; it has one, or "label" and "value"')
