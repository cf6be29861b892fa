"""The driver, told directly: for statements that are the same each time and come with every batch.

What SQLAlchemy does around such a statement takes longer than the statement. What the driver raises is raised as
SQLAlchemy raises it: whoever hears of it need not know by which way a statement went.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import DBAPIModule
from sqlalchemy.exc import DBAPIError

Value: TypeAlias = int | str | bytes | None
"""The driver takes it as it is, and gives it back so."""


def tell(connection: Connection, text: str, values: Sequence[Value] = ()) -> Sequence[Any]:
    """The rows that it answers. `values` stand in the order in which the text has places for them."""
    if not connection.in_transaction():
        connection.begin()  # Else SQLAlchemy knows of none, and its commit would commit nothing.
    cursor = connection.connection.cursor()
    try:
        cursor.execute(text, values)
        return cursor.fetchall()
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_usual(connection, text, error) from error
    except asyncio.CancelledError:
        connection.invalidate()  # Nobody knows how far it has come.
        raise


def of(connection: Connection) -> Any:
    """The driver's own connection."""
    return connection.connection.dbapi_connection


def forget_row(error: BaseException) -> None:
    """PostgreSQL quotes the row that it refuses beside what it says, and so would a log."""
    said = error.__cause__
    if said is not None and hasattr(said, "detail"):
        said.detail = None


def _as_usual(connection: Connection, text: str, error: DBAPIModule.Error) -> Exception:
    """It is not told the values: none can come into a log by it."""
    forget_row(error)
    dialect = connection.dialect
    is_cut = dialect.is_disconnect(error, of(connection), None)
    said = DBAPIError.instance(
        text, None, error, dialect.loaded_dbapi.Error, connection_invalidated=is_cut, dialect=dialect
    )
    if is_cut:
        connection.invalidate(error)
    return said
