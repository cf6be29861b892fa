"""The lane: the one way by which messages are stored.

Postings gather while the last batch commits; a batch is one transaction. Each caller is answered after the commit.
Senders take turns, so that nobody waits behind the noise of another.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Final

from keypost import log
from keypost.chat import submissions
from keypost.chat.directory import Chats
from keypost.chat.model import Delivery, Message, Posting, Submission
from keypost.chat.submissions import Outcome, Repeated
from keypost.chat.timelines import Timelines
from keypost.chat.waiting import Settle, Waiter, Waiting, sender_of
from keypost.db.database import CommitUnknown, Database
from keypost.errors import Busy

logger = log.get(__name__)

BATCH_MAX: Final = 256
"""Messages, unless those of one caller alone are more."""
WAITING_MAX: Final = 4_096
"""Callers. With the largest messages that there can be, they hold a quarter of a gigabyte. When so many wait, whoever
has the most waiting makes room for who has little: nobody is kept out by another's noise.
"""
COMMIT_MAX_S: Final = 3.0
"""A commit that takes longer means that the disk or the database is in trouble. Until it is over nobody else waits."""


class Lane:
    """For one event loop. `rows` and `batches` count what was committed."""

    def __init__(self, database: Database, chats: Chats) -> None:
        self._database = database
        self._chats = chats
        self._timelines = Timelines(database)
        self._waiting = Waiting()
        self._running: asyncio.Task[None] | None = None
        self._began: float | None = None
        self.rows = 0
        self.batches = 0

    async def commit(self, posting: Posting) -> Message:
        """Stores the message; returns once it is durable."""
        (message,) = await self.commit_all([posting])
        return message

    async def commit_all(self, postings: Sequence[Posting], delivery: Delivery | None = None) -> list[Message]:
        """Stores the messages, all of them or none, and under the name of a delivery once; returns when they are
        durable.
        """
        answer: asyncio.Future[list[Message]] = asyncio.get_running_loop().create_future()
        self.submit(Submission(postings, delivery), partial(_answer, answer))
        return await answer

    def submit(self, submission: Submission, settle: Settle) -> None:
        """The same for who does not wait: `settle` is called with what was stored, or with why not. Whoever has gone by
        then takes nothing back: the messages are stored.
        """
        self._require_no_trouble()
        if len(self._waiting) >= WAITING_MAX:
            self._make_room(submission.postings[0])
        self._waiting.add((submission, settle))
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name="lane")

    # Refused now is what would wait for long: a sender that hears so at once sends again, and memory stays small.

    def _require_no_trouble(self) -> None:
        if self._began is not None and time.monotonic() - self._began > COMMIT_MAX_S:
            raise Busy("server_busy", "Storing messages takes too long at the moment. Try again in a second.")

    def _make_room(self, posting: Posting) -> None:
        """By the last of those who have more waiting than this one."""
        if not self._waiting.is_short(sender_of(posting)):
            raise _full()
        _tell(self._waiting.drop()[1], _full())

    @property
    def is_committing(self) -> bool:
        return self._began is not None

    async def drain(self) -> None:
        """Waits until everything that was accepted is stored."""
        while self._running is not None:
            await asyncio.shield(self._running)

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._commit_batch(self._waiting.take(BATCH_MAX))
                with self._writers_turn():
                    await self._timelines.keep_up()
                await asyncio.sleep(0)  # The answers leave, and what has arrived meanwhile comes along.
        finally:
            # No await between the last look at the queue and this line: nothing can slip in unseen.
            self._running = None

    async def _commit_batch(self, batch: list[Waiter]) -> Busy | None:
        """Answers why it is no use to go on, where it is none."""
        try:
            outcomes = await self._write([submission for submission, _ in batch])
        except CommitUnknown as error:
            _tell_all(batch, error)  # Perhaps they are stored: trying again could store them twice.
            return None
        except Busy as error:
            # Another program held the database for too long. That is no row's fault, and whoever waits behind them
            # would wait as long again.
            _tell_all([*batch, *self._waiting.take_all()], error)
            return error
        except Exception as error:  # noqa: BLE001 - whatever it was, it belongs to one of the rows.
            return await self._replay(batch, error)
        self._count(outcomes)
        for (_, settle), outcome in zip(batch, outcomes, strict=True):
            _tell(settle, outcome)
        return None

    async def _replay(self, batch: list[Waiter], error: Exception) -> Busy | None:
        """The batch was rolled back as a whole: its halves are tried, so that a bad one fails alone in the end.

        Anybody may post what only the transaction can refuse (an answer to no message, say). In halves, one such costs
        the others a few commits and not one for each.
        """
        if len(batch) == 1:
            _tell_all(batch, error)
            return None
        middle = len(batch) // 2
        busy = await self._commit_batch(batch[:middle])
        if busy is None:
            return await self._commit_batch(batch[middle:])
        _tell_all(batch[middle:], busy)
        return busy

    async def _write(self, batch: list[Submission]) -> list[Outcome]:
        with self._writers_turn():
            return await self._database.write(submissions.store, self._chats, batch)

    @contextmanager
    def _writers_turn(self) -> Iterator[None]:
        self._began = time.monotonic()
        try:
            yield
        finally:
            self._began = None

    def _count(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, list) and not isinstance(outcome, Repeated):
                self.rows += len(outcome)
                self._timelines.count(outcome[0].org_id, len(outcome))
        self.batches += 1


def _full() -> Busy:
    return Busy("server_busy", "Too many messages are waiting to be stored. Try again in a second.")


def _tell(settle: Settle, outcome: list[Message] | Exception) -> None:
    try:
        settle(outcome)
    except Exception:  # The others still have to hear.
        logger.exception("telling of a message that was stored, or was not, failed")


def _tell_all(batch: Sequence[Waiter], error: Exception) -> None:
    for _, settle in batch:
        _tell(settle, error)


def _answer(answer: asyncio.Future[list[Message]], outcome: list[Message] | Exception) -> None:
    if answer.done():
        return  # The client has gone; its messages are stored all the same.
    if isinstance(outcome, Exception):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
