"""Messages of a delivery are stored once, however often it comes; a repeat gets what the first got.

What is new is decided in the transaction that stores it (`chat/submissions.py`). The door asks before it judges, for
much may have changed since the first.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

from keypost.chat import deliveries
from keypost.chat.lane import Lane
from keypost.chat.model import Delivery, Message, Posting, Submission
from keypost.chat.waiting import Settle
from keypost.db.database import Database
from keypost.errors import Unfinished
from keypost.webhooks.places import Stored

Store = Callable[[Sequence[Posting], Delivery | None], Awaitable[list[Message]]]


class Deliveries:
    def __init__(self, database: Database, lane: Lane) -> None:
        self._database = database
        self._lane = lane
        self._under_way = UnderWay()

    async def commit(
        self,
        delivery: Delivery | None,
        judge: Callable[[], Awaitable[Sequence[Posting]]],
        *,
        count: Callable[[Stored], None] = lambda _stored: None,
        store: Store | None = None,
    ) -> list[Message]:
        """Stores what `judge` makes of the request, unless `count` refuses it: a repeat counts as the first did.
        `store` is the lane, or what ends with it.
        """
        with self.alone(delivery):
            if delivery is not None and (first := await self._database.read(deliveries.list_messages, delivery)):
                count(first)
                return first
            postings = await judge()
            count(postings)
            return await (store or self._lane.commit_all)(postings, delivery)

    async def has(self, delivery: Delivery | None) -> bool:
        """Whether something was stored under its name, whatever it was: what is sent now may not be there yet."""
        return delivery is not None and await self._database.read(deliveries.is_known, delivery)

    def submit(self, submission: Submission, settle: Settle) -> None:
        """Stores what is judged already; `settle` hears of it as from the lane."""
        delivery = submission.delivery
        if delivery is None:
            self._lane.submit(submission, settle)
            return

        def end(outcome: list[Message] | Exception) -> None:
            self._under_way.end(delivery)
            settle(outcome)

        self._under_way.begin(delivery)
        try:
            self._lane.submit(submission, end)
        except BaseException:
            self._under_way.end(delivery)
            raise

    @contextmanager
    def alone(self, delivery: Delivery | None) -> Iterator[None]:
        """While it is open, the same delivery is refused."""
        if delivery is None:
            yield
            return
        self._under_way.begin(delivery)
        try:
            yield
        finally:
            self._under_way.end(delivery)


class UnderWay:
    """The deliveries that are being stored at this moment: of two at once, the second is told to come again."""

    def __init__(self) -> None:
        self._known: set[tuple[tuple[str, int], bytes]] = set()

    def begin(self, delivery: Delivery) -> None:
        if _id(delivery) in self._known:
            raise Unfinished(
                "delivery_under_way", "The same delivery is being stored right now. Send it again in a second."
            )
        self._known.add(_id(delivery))

    def end(self, delivery: Delivery) -> None:
        self._known.discard(_id(delivery))


def _id(delivery: Delivery) -> tuple[tuple[str, int], bytes]:
    return delivery.sender, delivery.key  # No two organisations have a sender in common.
