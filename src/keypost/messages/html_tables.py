"""Tables as HTML: as wide as their sender wants, with what stays in sight while they scroll."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Final

from keypost.messages.html_texts import Sheet, inline
from keypost.messages.plain import cell_text
from keypost_sdk.content import Scalar, Table

WIDTH_STEP: Final = 5
"""A page may have no styles of its own, so each width is a class, and there is one for each five percent."""


def table_of(table: Table, name: str, sheet: Sheet) -> str:
    """A wide table scrolls by itself, by keyboard too: so its frame takes the focus and has a name."""
    heads = "".join(f'<th scope="col" dir="auto">{escape(header)}</th>' for header in table.headers)
    rows = [f"<tr>{_cells(table.headers, row, sheet)}</tr>" for row in table.rows]
    stuck = max(table.styles.sticky.rows - 1, 0)  # The headers are the first; what stays with them is in their group.
    head = f"<thead><tr>{heads}</tr>{''.join(rows[:stuck])}</thead>"
    body = f"{_widths(table)}{head}<tbody>{''.join(rows[stuck:])}</tbody>"
    kinds = " ".join(["table-scroll", *_kinds(table)])
    frame = f'class="{kinds}" role="group" tabindex="0" aria-label="{escape(name or "Table")}"'
    return f"<div {frame}><table>{body}</table></div>"


def _kinds(table: Table) -> Iterable[str]:
    sticky = table.styles.sticky
    if table.styles.width:
        yield "table-measured"
    if sticky.rows:
        yield "sticky-rows"
    if sticky.columns:
        yield f"sticky-columns-{sticky.columns}"


def _widths(table: Table) -> str:
    columns = "".join(f'<col class="width-{_rounded(width)}">' for width in table.styles.width)
    return f"<colgroup>{columns}</colgroup>" if columns else ""


def _rounded(width: float) -> int:
    return max(WIDTH_STEP, round(width / WIDTH_STEP) * WIDTH_STEP)


def _cells(headers: Iterable[str], row: Mapping[str, Scalar], sheet: Sheet) -> str:
    return "".join(f'<td dir="auto">{inline(cell_text(row.get(header)), sheet)}</td>' for header in headers)
