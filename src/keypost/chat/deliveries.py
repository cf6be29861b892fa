"""Deliveries that have a name: whatever comes again under it becomes nothing new, and gets what the first got.

What a delivery becomes is noted in the transaction that stores it: there is never the one without the other.
"""

from collections.abc import Sequence

from keypost.chat import delivery_store, message_store
from keypost.chat.model import Delivery, Message
from keypost.db.tx import Tx
from keypost.ids import MessageId

Claim = tuple[Delivery, Sequence[int]]
"""What a delivery is about to become: the ids of its messages, or of the request that it is."""


def claim(tx: Tx, claims: Sequence[Claim]) -> set[int]:
    """Notes what the deliveries become, and answers the first of each that is new. Nothing is noted of a repeat."""
    new = delivery_store.add_new(tx, [(delivery, 0, ids[0]) for delivery, ids in claims])
    more = [
        (delivery, position, ids[position])
        for delivery, ids in claims
        if ids[0] in new
        for position in range(1, len(ids))
    ]
    delivery_store.add(tx, more)
    return new


def list_subjects(tx: Tx, delivery: Delivery) -> list[int]:
    """What the delivery has become already, in its order; nothing if it is new. Refuses what is another's name."""
    return delivery_store.list_subjects(tx, delivery)


def list_messages(tx: Tx, delivery: Delivery) -> list[Message]:
    """The same of one that became messages, as they are by now."""
    ids = [MessageId(subject_id) for subject_id in list_subjects(tx, delivery)]
    known = {message.id: message for message in message_store.list_by_id(tx, delivery.org_id, ids)} if ids else {}
    return [known[message_id] for message_id in ids]


def is_known(tx: Tx, delivery: Delivery) -> bool:
    """Whether it has become anything, whatever was sent then."""
    return delivery_store.is_known(tx, delivery)


def find_ending(tx: Tx, delivery: Delivery) -> str | None:
    """How the request ended that the delivery was, as far as its sender was told."""
    return delivery_store.find_ending(tx, delivery)


def save_ending(tx: Tx, delivery: Delivery, ending: str) -> None:
    delivery_store.save_ending(tx, delivery, ending)


def forget_old(tx: Tx, now: int) -> int:
    """Some of every organisation's; answers how many rows went, 0 when none is left. What is old at `now` does not come
    back.
    """
    return delivery_store.forget_old(tx, now)
