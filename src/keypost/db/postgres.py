"""PostgreSQL: one writing connection at a time, a pool of reading ones.

Writes of one process are queued so that effects on memory happen in commit order, as on SQLite. A commit waits for the
write-ahead log (`synchronous_commit` is set on by us: a server-wide default cannot weaken an acknowledgement).

The writing connection holds the database for this process by a lock of its session. When it was cut, the one that takes
its place holds it before anything is written, or nothing is written any more.
"""

import asyncio
from typing import Final, ParamSpec, TypeVar

from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from keypost.clock import Clock
from keypost.db.database import CommitUnknown, Hooks, Verb, conclude_or_say
from keypost.db.trouble import trouble
from keypost.db.tx import Tx
from keypost.errors import Fault
from keypost.ids import IdSource

P = ParamSpec("P")
R = TypeVar("R")

READERS: Final = 4
LOCK_TIMEOUT_MS: Final = 5_000
"""How long another session may hold what a write needs before the write is refused."""
OWNER_KEY: Final = 5397
"""The number of the advisory lock; any will do that nobody else takes."""
HOLDS: Final = "holds the database"
"""The mark of a connection that has the lock; a new one in its place comes without."""
GHOST_S: Final = 5.0
"""How long PostgreSQL may take to notice that our own earlier connection was cut."""
LOOK_EVERY_S: Final = 0.1


class PostgresDatabase:
    def __init__(self, url: str, clock: Clock, hooks: Hooks) -> None:
        self.clock = clock
        self.ids = IdSource(clock)
        self._hooks = hooks
        self._turn = asyncio.Lock()
        self._was_taken = False
        settings = {"synchronous_commit": "on", "lock_timeout": str(LOCK_TIMEOUT_MS)}
        self._writing = _engine(url, size=1, settings=settings)
        self._reading = _engine(url, size=READERS, settings={"default_transaction_read_only": "on"}).execution_options(
            isolation_level="REPEATABLE READ"
        )

    async def own(self) -> None:
        """Holds the database for this process: another server's memory would not follow what this one commits."""
        async with self._writing.connect() as connection:
            if not await _take(connection):
                raise Fault("Another Keypost is running on this database. Stop it first.")

    async def write(self, verb: Verb[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        async def transact() -> R:
            async with self._turn:
                async with self._writing.connect() as connection:
                    await self._hold(connection)
                    result, tx = await connection.run_sync(work)
                    await _commit(connection)
                conclude_or_say(self._hooks, tx)
                return result

        def work(connection: Connection) -> tuple[R, Tx]:
            tx = Tx(connection, self.clock.now_ms(), self.ids)
            try:
                result = verb(tx, *args, **kwargs)
                self._hooks.before_commit(tx)
            except DBAPIError as error:
                if refusal := trouble(error):
                    raise refusal from error
                raise
            return result, tx

        # A caller that goes away must not leave memory behind a commit that happened.
        return await asyncio.shield(asyncio.ensure_future(transact()))

    async def read(self, verb: Verb[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        def work(connection: Connection) -> R:
            return verb(Tx(connection, self.clock.now_ms(), self.ids), *args, **kwargs)

        async with self._reading.connect() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        async with self._turn:
            await self._writing.dispose()
        await self._reading.dispose()

    async def _hold(self, connection: AsyncConnection) -> None:
        """Whoever held the database meanwhile has changed what our memory says: there is no way back but a restart."""
        if HOLDS in connection.info:
            return
        end = asyncio.get_running_loop().time() + GHOST_S
        while not self._was_taken and not await _take(connection):
            self._was_taken = asyncio.get_running_loop().time() > end
            await asyncio.sleep(LOOK_EVERY_S)
        if self._was_taken:
            raise Fault("Another Keypost has taken this database. Stop it, and start this one again.")


async def _take(connection: AsyncConnection) -> bool:
    if await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": OWNER_KEY}):
        connection.info[HOLDS] = True
    return HOLDS in connection.info


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
