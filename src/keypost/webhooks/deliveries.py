"""Messages of a delivery are stored once, however often it comes; a repeat gets what the first got."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

from msgspec.structs import replace

from keypost.chat import service as chat
from keypost.chat.lane import Lane
from keypost.chat.model import Message, Posting
from keypost.db.database import Database
from keypost.db.tx import Tx
from keypost.ids import MessageId
from keypost.webhooks import delivery_store
from keypost.webhooks.delivery import Delivery, UnderWay


class Deliveries:
    def __init__(self, database: Database, lane: Lane) -> None:
        self._database = database
        self._lane = lane
        self._under_way = UnderWay()

    async def commit(
        self,
        delivery: Delivery | None,
        judge: Callable[[], Awaitable[Sequence[Posting]]],
        store: Callable[[Sequence[Posting]], Awaitable[list[Message]]] | None = None,
    ) -> list[Message]:
        """Stores what `judge` makes of the request; of a repeat nothing is judged again, for much may have changed.
        `store` is the lane, or what ends with it.
        """
        store = store or self._lane.commit_all
        if delivery is None:
            return await store(await judge())
        with self.alone(delivery):
            if first := await self._database.read(_first, delivery):
                return first
            new = [_noted(posting, delivery, position) for position, posting in enumerate(await judge())]
            return await store(new)

    async def has(self, delivery: Delivery | None) -> bool:
        """Whether something was stored under its name, whatever it was: what is sent now may not be there yet."""
        return delivery is not None and await self._database.read(delivery_store.is_known, delivery)

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


def forget_old(tx: Tx, now: int) -> int:
    """Some of every organisation's; answers how many rows went, 0 when none is left."""
    return delivery_store.forget_old(tx, now)


def _noted(posting: Posting, delivery: Delivery, position: int) -> Posting:
    """In the transaction that stores the message: there is never the one without the other."""

    def note(tx: Tx, message: Message) -> None:
        delivery_store.add(tx, delivery, position, message.id)

    return replace(posting, also=note)


def _first(tx: Tx, delivery: Delivery) -> list[Message]:
    ids = [MessageId(subject_id) for subject_id in delivery_store.list_subjects(tx, delivery)]
    known = {message.id: message for message in chat.list_by_id(tx, delivery.caller.org_id, ids)} if ids else {}
    return [known[message_id] for message_id in ids]
