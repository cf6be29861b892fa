"""Rows on the hot way in: text that is compiled once, values that the driver takes as they are.

For rows of numbers, texts and bytes alone: nothing is converted on the way, and nothing looked at row by row. Many
rows are one statement: a thread that runs a statement gives way to the others, and has to wait for its next turn.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final, TypeAlias

from sqlalchemy import BindParameter, Dialect, Table, bindparam, insert

from keypost.db.driver import Value

Values: TypeAlias = Sequence[tuple[Value, ...]]

ROWS_MAX: Final = 256
"""Of one statement. A power of two: so are all the counts of rows for which there are texts."""


class Insertion:
    """An insert into a table. Values of a row stand in the order of `columns`, which is the table's.

    With `if_new`, a row whose key is there already is passed over, and that column of the others is answered.
    """

    def __init__(self, table: Table, *columns: str, if_new: str = "") -> None:
        self._columns = [column.name for column in table.columns if column.name in columns]
        if tuple(self._columns) != columns:
            raise ValueError(f"The columns {columns} are not some of {table.name}, in its order.")
        self._table = table
        self._ending = f" ON CONFLICT DO NOTHING RETURNING {if_new}" if if_new else ""
        self._texts: dict[tuple[str, int], str] = {}

    def statements(self, dialect: Dialect, rows: Values) -> Iterator[tuple[str, tuple[Value, ...]]]:
        """Texts with their values: together they insert the rows, in their order."""
        start = 0
        while start < len(rows):
            count = min(ROWS_MAX, 1 << (len(rows) - start).bit_length() - 1)
            yield self._text(dialect, count), tuple(chain.from_iterable(rows[start : start + count]))
            start += count

    def _text(self, dialect: Dialect, count: int) -> str:
        known = self._texts.get((dialect.name, count))
        if known is None:
            rows: list[dict[str, BindParameter[Any]]] = [
                {name: bindparam(f"{name}_{row}") for name in self._columns} for row in range(count)
            ]
            text = str(insert(self._table).values(rows).compile(dialect=dialect))
            known = self._texts[dialect.name, count] = text + self._ending
        return known
