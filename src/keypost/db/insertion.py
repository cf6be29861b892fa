"""Rows on the hot way in: text that is compiled once, values that the driver takes as they are.

For rows of numbers and texts alone: nothing is converted on the way, and nothing looked at row by row.
"""

from collections.abc import Sequence
from typing import TypeAlias

from sqlalchemy import Dialect, Table, insert

Values: TypeAlias = Sequence[tuple[int | str | None, ...]]


class Insertion:
    """An insert into a table. Values of a row stand in the order of `columns`, which is the table's."""

    def __init__(self, table: Table, *columns: str) -> None:
        self._columns = [column.name for column in table.columns if column.name in columns]
        if tuple(self._columns) != columns:
            raise ValueError(f"The columns {columns} are not some of {table.name}, in its order.")
        self._insert = insert(table)
        self._texts: dict[str, str] = {}

    def text(self, dialect: Dialect) -> str:
        known = self._texts.get(dialect.name)
        if known is None:
            known = self._texts[dialect.name] = str(self._insert.compile(dialect=dialect, column_keys=self._columns))
        return known
