"""PostgreSQL: one writing connection at a time, a pool of reading ones.

Writes of one process are queued so that effects on memory happen in commit order, as on SQLite. A commit waits for the
write-ahead log (`synchronous_commit` is set on by us: a server-wide default cannot weaken an acknowledgement).
"""

import asyncio
from typing import Final, ParamSpec, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from keypost.clock import Clock
from keypost.db.database import Hooks, Verb, conclude
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
        self._reading = _engine(
            url, size=READERS + 1, settings={"default_transaction_read_only": "on"}
        ).execution_options(isolation_level="REPEATABLE READ")

    async def own(self) -> None:
        """Holds the database for this process: another server's memory would not follow what this one commits."""
        self._holding = await self._reading.connect()
        held = await self._holding.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": OWNER_KEY})
        if not held:
            await self.close()
            raise Fault("Another Keypost is running on this database. Stop it first.")

    async def write(self, verb: Verb[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        async def transact() -> R:
            async with self._turn:
                async with self._writing.begin() as connection:
                    result, tx = await connection.run_sync(work)
                conclude(self._hooks, tx)
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
            await self._holding.close()
        async with self._turn:
            await self._writing.dispose()
        await self._reading.dispose()


def async_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)


def _engine(url: str, *, size: int, settings: dict[str, str]) -> AsyncEngine:
    return create_async_engine(
        async_url(url), pool_size=size, max_overflow=0, hide_parameters=True, connect_args={"server_settings": settings}
    )
