"""A statement that is the same each time: text that is compiled once, values that the driver takes as they are."""

from sqlalchemy import Dialect
from sqlalchemy.sql import ClauseElement


class Prepared:
    """`names` are those of its values, in the order in which its text has places for them."""

    def __init__(self, statement: ClauseElement, *names: str) -> None:
        self._statement = statement
        self._names = names
        self._texts: dict[str, str] = {}

    def text(self, dialect: Dialect) -> str:
        known = self._texts.get(dialect.name)
        if known is None:
            compiled = self._statement.compile(dialect=dialect)
            found = tuple(getattr(compiled, "positiontup", None) or ())
            if found != self._names:
                raise ValueError(f"The statement has places for {found}, in this order.")
            known = self._texts[dialect.name] = str(compiled)
        return known
