"""What a verb works with: a connection inside a transaction, the time it began, and what is to happen at commit."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable, Row

from keypost.db import driver
from keypost.db.driver import Value
from keypost.db.insertion import Insertion, Values
from keypost.db.prepared import Prepared
from keypost.errors import Fault
from keypost.ids import IdSource

Effect = Callable[[], None]


class Tx:
    """One transaction. `now` is its one time in milliseconds; `events` are numbered and stored at its end."""

    __slots__ = ("_connection", "_ids", "effects", "events", "now")

    def __init__(self, connection: Connection, now: int, ids: IdSource) -> None:
        self._connection = connection
        self._ids = ids
        self.now = now
        self.events: list[Any] = []
        self.effects: list[Effect] = []

    def new_id(self) -> int:
        """A new id, greater than all before it. Transactions run one after the other, so ids follow commit order."""
        return self._ids.next()

    def new_ids(self, count: int) -> range:
        """The same, for what is stored together."""
        return self._ids.take(count)

    def one(self, query: Executable) -> Row[Any] | None:
        """The row, or None. More than one row is a fault of ours: the query does not name what it means."""
        rows = self._connection.execute(query).fetchmany(2)
        if len(rows) > 1:
            raise Fault("A query for one row found several.")
        return rows[0] if rows else None

    def all(self, query: Executable) -> Sequence[Row[Any]]:
        return self._connection.execute(query).fetchall()

    def run(self, statement: Executable, rows: Sequence[Mapping[str, Any]] | None = None) -> int:
        """Executes a change, for each of `rows` where given; answers how many rows it touched."""
        if rows is not None and not rows:
            return 0
        return self._connection.execute(statement, rows).rowcount

    def add(self, insertion: Insertion, rows: Values) -> None:
        """Inserts rows whose values stand in the order of the insertion's columns."""
        for text, values in insertion.statements(self._connection.dialect, rows):
            driver.tell(self._connection, text, values)

    def add_new(self, insertion: Insertion, rows: Values) -> list[Any]:
        """Inserts those that are not there; answers of these what the insertion says."""
        return [
            value
            for text, values in insertion.statements(self._connection.dialect, rows)
            for (value,) in driver.tell(self._connection, text, values)
        ]

    def tell(self, prepared: Prepared, *values: Value) -> Sequence[Any]:
        """The rows that it answers, as the driver gives them: their values have places, not names."""
        return driver.tell(self._connection, prepared.text(self._connection.dialect), values)

    def on_commit(self, effect: Effect) -> None:
        """`effect` runs in the event loop after the commit, in commit order, before the caller is answered."""
        self.effects.append(effect)
