"""PostgreSQL: one writing connection at a time, a pool of reading ones.

Writes of one process are queued so that effects on memory happen in commit order, as on SQLite. A commit waits for the
write-ahead log (`synchronous_commit` is set on by us: a server-wide default cannot weaken an acknowledgement).

The writing connection holds the database for this process by a lock of its session. When it was cut, the one that takes
its place holds it before anything is written, or nothing is written any more.

When it is cut in the middle of a commit, the next one asks PostgreSQL whether that has happened: memory follows, and
the caller hears the truth. Only when the database cannot be reached again, or does not say, does the caller hear that
nobody knows, and memory follows as soon as it can.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, ParamSpec, TypeVar

from msgspec import Struct
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from keypost import log
from keypost.clock import Clock
from keypost.db.connecting import LOST, SILENCE_S, Way
from keypost.db.database import CommitUnknown, Hooks, Verb, conclude_or_say
from keypost.db.prepared import Prepared
from keypost.db.trouble import away
from keypost.db.tx import Tx
from keypost.epoch import Epoch
from keypost.errors import Busy, Fault
from keypost.ids import IdSource

logger = log.get(__name__)

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
SETTLE_EVERY_S: Final = 0.5
TAKE: Final = text("SELECT pg_try_advisory_lock(:key)")
NUMBER: Final = Prepared(text("SELECT CAST(pg_current_xact_id_if_assigned() AS text)"))
STATUS: Final = text("SELECT pg_xact_status(CAST(CAST(:number AS text) AS xid8))")


class Committing(Struct):
    """A transaction whose commit was sent, and not answered. `number` is PostgreSQL's for it, None if it changes
    nothing; `has_happened` is None as long as nobody knows.
    """

    tx: Tx
    number: str | None
    has_happened: bool | None = None


class PostgresDatabase:
    def __init__(self, url: str, clock: Clock, hooks: Hooks, silence_s: float = SILENCE_S) -> None:
        self.clock = clock
        self.ids = IdSource(clock)
        self.epoch = Epoch()
        self._hooks = hooks
        self._silence_s = silence_s
        self._turn = asyncio.Lock()
        self._was_taken = False
        self._committing: Committing | None = None
        self._settling: asyncio.Task[None] | None = None
        settings = {"synchronous_commit": "on", "lock_timeout": str(LOCK_TIMEOUT_MS)}
        self._writing = Way(url, size=1, settings=settings, silence_s=silence_s)
        # To compile a query takes longer than any of ours; PostgreSQL would, where it guesses that it finds much.
        reading = {"default_transaction_read_only": "on", "jit": "off"}
        self._reading = Way(url, size=READERS, settings=reading, silence_s=silence_s, isolation_level="REPEATABLE READ")

    async def own(self) -> None:
        """Holds the database for this process: another server's memory would not follow what this one commits."""
        async with self._writing.first() as connection:
            if not await _take_in_time(connection):
                raise Fault("Another Keypost is running on this database. Stop it first.")

    async def write(self, verb: Verb[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        def work(connection: Connection) -> tuple[R, Committing]:
            tx = Tx(connection, self.clock.now_ms(), self.ids)
            result = verb(tx, *args, **kwargs)
            self._hooks.before_commit(tx)
            ((number,),) = tx.tell(NUMBER)
            return result, Committing(tx, number)

        async def transact() -> R:
            async with self._turn:
                async with self._owning() as connection:
                    async with self._writing.patience(connection):
                        result, committing = await connection.run_sync(work)
                    await self._commit(connection, committing)
                if committing.has_happened is None:
                    await self._ask(committing)
                return result

        # A caller that goes away must not leave memory behind a commit that happened.
        return await asyncio.shield(asyncio.ensure_future(transact()))

    async def read(self, verb: Verb[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        def work(connection: Connection) -> R:
            return verb(Tx(connection, self.clock.now_ms(), self.ids), *args, **kwargs)

        async with self._reading.connected() as connection, self._reading.patience(connection):
            return await connection.run_sync(work)

    async def close(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
            await asyncio.gather(self._settling, return_exceptions=True)
        async with self._turn:
            await self._writing.close()
        await self._reading.close()

    @asynccontextmanager
    async def _owning(self) -> AsyncIterator[AsyncConnection]:
        """The writing connection, behind which the database is ours and memory has followed it."""
        async with self._writing.connected() as connection:
            async with self._writing.patience(connection):
                if HOLDS not in connection.info:
                    await self._hold(connection)
                await self._settle(connection)
            yield connection

    async def _hold(self, connection: AsyncConnection) -> None:
        """Whoever held the database meanwhile has changed what our memory says: there is no way back but a restart."""
        if self._was_taken or not await _take_in_time(connection):
            self._was_taken = True
            raise Fault("Another Keypost has taken this database. Stop it, and start this one again.")

    async def _commit(self, connection: AsyncConnection, committing: Committing) -> None:
        self._committing = committing
        try:
            async with asyncio.timeout(self._silence_s):
                await connection.commit()
        except LOST as error:
            logger.warning("a commit was not answered", kind=type(error).__name__)
            await connection.invalidate()
        else:
            self._conclude(committing, has_happened=True)

    async def _ask(self, committing: Committing) -> None:
        """Returns if it has happened after all."""
        try:
            async with self._owning():
                pass  # On the way there it was settled.
        except Exception as error:
            self._settling = asyncio.create_task(self._settle_soon(), name="settling a commit")
            raise CommitUnknown("The database went away while it committed.") from error
        if not committing.has_happened:
            raise away()

    async def _settle_soon(self) -> None:
        """Without waiting for somebody to write: what memory does not know it lets pass."""
        while self._committing is not None and not self._was_taken:
            await asyncio.sleep(SETTLE_EVERY_S)
            try:
                async with self._turn, self._owning():
                    pass
            except Busy:
                pass  # That it is away has been said.
            except Exception as error:  # noqa: BLE001 - whatever it says, it has to be asked again.
                logger.warning("it could not be asked what became of a commit", kind=type(error).__name__)

    async def _settle(self, connection: AsyncConnection) -> None:
        """What became of the commit that was not answered. Its session has ended, for this one has got its lock."""
        committing = self._committing
        if committing is not None:
            status = await connection.scalar(STATUS, {"number": committing.number})
            await connection.rollback()
            self._conclude(committing, has_happened=status == "committed" or committing.number is None)

    def _conclude(self, committing: Committing, *, has_happened: bool) -> None:
        committing.has_happened, self._committing = has_happened, None
        if has_happened:
            conclude_or_say(self._hooks, self.epoch, committing.tx)


async def _take_in_time(connection: AsyncConnection) -> bool:
    end = asyncio.get_running_loop().time() + GHOST_S
    while not await connection.scalar(TAKE, {"key": OWNER_KEY}):
        if asyncio.get_running_loop().time() > end:
            return False
        await asyncio.sleep(LOOK_EVERY_S)
    connection.info[HOLDS] = True
    return True
