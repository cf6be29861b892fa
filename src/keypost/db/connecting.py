"""The way to PostgreSQL: connections, and what it means when there are none."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from weakref import WeakSet

import asyncpg
from sqlalchemy import event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from keypost import log
from keypost.db import driver
from keypost.db.trouble import away, trouble
from keypost.errors import Fault

logger = log.get(__name__)

CONNECT_S: Final = 5.0
"""How long PostgreSQL may take to let us in."""
SILENCE_S: Final = 60.0
"""How long PostgreSQL may take over a transaction. Ours take it milliseconds: when it says nothing for so long it has
gone without a word, as with its machine's power or network.
"""
GOODBYE_S: Final = 1.0
"""How long PostgreSQL may take to part from us before it is left without a word."""
WATCHED: Final = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
"""So PostgreSQL finds out that we have gone, and lets go of what our session held, before our own patience ends."""
LOST: Final = (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What is raised when a connection cannot be made or ends: on the way in not all of it goes through SQLAlchemy."""


class Way:
    """A pool of `size` connections with the same `settings`."""

    def __init__(
        self, url: str, *, size: int, settings: Mapping[str, str], silence_s: float = SILENCE_S, **options: Any
    ) -> None:
        self._silence_s = silence_s
        self._is_open = True
        self._made: WeakSet[asyncpg.Connection[Any]] = WeakSet()
        self._engine = create_async_engine(
            async_url(url),
            pool_size=size,
            max_overflow=0,
            # After the database was restarted, the first request finds a good connection, not a dead one.
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"server_settings": {**WATCHED, **settings}, "timeout": CONNECT_S},
        ).execution_options(**options)
        event.listen(self._engine.sync_engine, "handle_error", lambda said: driver.forget_row(said.original_exception))
        event.listen(self._engine.sync_engine, "connect", lambda made, _record: self._made.add(made.driver_connection))

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[AsyncConnection]:
        """Busy where the database is away, or goes before anything was committed: then nothing is stored."""
        try:
            async with asyncio.timeout(self._silence_s):
                connection = await self._engine.connect()
        except LOST as error:
            self._note(is_open=False, why=error)
            raise away() from error
        self._note(is_open=True)
        try:
            yield connection
        except DBAPIError as error:
            if refusal := trouble(error):
                raise refusal from error
            raise
        finally:
            await self._give_back(connection)

    @asynccontextmanager
    async def patience(self, connection: AsyncConnection) -> AsyncIterator[None]:
        """Around what is not a commit: Busy where the database says nothing any more, and nothing is stored."""
        try:
            async with asyncio.timeout(self._silence_s):
                yield
        except TimeoutError as error:
            await connection.invalidate()
            self._note(is_open=False, why=error)
            raise away() from error

    def first(self) -> AsyncConnection:
        """At the start, where nobody is told to come again: raises what the driver does."""
        return self._engine.connect()

    async def close(self) -> None:
        try:
            async with asyncio.timeout(GOODBYE_S):
                await self._engine.dispose()
        except TimeoutError:
            for made in list(self._made):
                made.terminate()

    async def _give_back(self, connection: AsyncConnection) -> None:
        """What was done is done, or not: silence from here on changes nothing about it, and the pool lets go of it."""
        try:
            async with asyncio.timeout(self._silence_s):
                await connection.close()
        except TimeoutError as error:
            self._note(is_open=False, why=error)

    def _note(self, *, is_open: bool, why: Exception | None = None) -> None:
        """Once when it changes, and not for each request."""
        if self._is_open and not is_open:
            # Its class alone: the text can hold the address with its password.
            logger.warning("the database cannot be reached", kind=type(why).__name__)
        elif is_open and not self._is_open:
            logger.info("the database can be reached again")
        self._is_open = is_open


def async_url(url: str) -> str:
    try:
        make_url(url)
    except (ArgumentError, ValueError):  # Its text can hold the password.
        raise Fault("The address of the database cannot be read. It is like postgresql://user@host/name.") from None
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)
