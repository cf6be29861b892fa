"""PostgreSQL: one writing connection at a time, a pool of reading ones.

Writes of one process are queued so that effects on memory happen in commit order, as on SQLite. A commit waits for the
write-ahead log (`synchronous_commit` is set on by us: a server-wide default cannot weaken an acknowledgement).
"""

import asyncio
import contextlib
from typing import Final, ParamSpec, TypeVar

from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from keypost.clock import Clock
from keypost.db.database import CommitUnknown, Hooks, Verb, conclude_or_say
from keypost.db.tx import Tx
from keypost.errors import Fault
from keypost.ids import IdSource

P = ParamSpec("P")
R = TypeVar("R")

READERS: Final = 4
OWNER_KEY: Final = 5397
"""The number of the advisory lock; any will do that nobody else takes."""


class PostgresDatabase:
    def __init__(self, url: str, clock: Clock, hooks: Hooks) -> None:
        self.clock = clock
        self.ids = IdSource(clock)
        self._hooks = hooks
        self._turn = asyncio.Lock()
        self._holding: AsyncConnection | None = None
        self._writing = _engine(url, size=1, settings={"synchronous_commit": "on"})
        self._reading = _engine(url, size=READERS, settings={"default_transaction_read_only": "on"}).execution_options(
            isolation_level="REPEATABLE READ"
        )
        # The lock is the session's; an open transaction beside it would keep old rows from being cleaned up.
        self._owning = _engine(url, size=1, settings={}).execution_options(isolation_level="AUTOCOMMIT")

    async def own(self) -> None:
        """Holds the database for this process: another server's memory would not follow what this one commits."""
        self._holding = await self._owning.connect()
        held = await self._holding.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": OWNER_KEY})
        if not held:
            raise Fault("Another Keypost is running on this database. Stop it first.")

    async def write(self, verb: Verb[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        async def transact() -> R:
            async with self._turn:
                async with self._writing.connect() as connection:
                    result, tx = await connection.run_sync(work)
                    await _commit(connection)
                conclude_or_say(self._hooks, tx)
                return result

        def work(connection: Connection) -> tuple[R, Tx]:
            tx = Tx(connection, self.clock.now_ms(), self.ids)
            result = verb(tx, *args, **kwargs)
            self._hooks.before_commit(tx)
            return result, tx

        # A caller that goes away must not leave memory behind a commit that happened.
        return await asyncio.shield(asyncio.ensure_future(transact()))

    async def read(self, verb: Verb[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        def work(connection: Connection) -> R:
            return verb(Tx(connection, self.clock.now_ms(), self.ids), *args, **kwargs)

        async with self._reading.connect() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        if self._holding is not None:
            with contextlib.suppress(SQLAlchemyError):  # The database may have gone before us, and the lock with it.
                await self._holding.close()
        async with self._turn:
            await self._writing.dispose()
        await self._reading.dispose()
        await self._owning.dispose()


async def _commit(connection: AsyncConnection) -> None:
    try:
        await connection.commit()
    except SQLAlchemyError as error:
        raise CommitUnknown("The database went away while it committed.") from error


def async_url(url: str) -> str:
    try:
        make_url(url)
    except (ArgumentError, ValueError):  # Its text can hold the password.
        raise Fault("The address of the database cannot be read. It is like postgresql://user@host/name.") from None
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)


def _engine(url: str, *, size: int, settings: dict[str, str]) -> AsyncEngine:
    return create_async_engine(
        async_url(url),
        pool_size=size,
        max_overflow=0,
        # After the database was restarted, the first request finds a good connection, not a dead one.
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"server_settings": settings},
    )
