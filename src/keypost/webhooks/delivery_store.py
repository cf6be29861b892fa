from typing import Final

import msgspec
from sqlalchemy import ColumnElement, and_, delete, insert, select, tuple_, update

from keypost.clock import DAY_MS
from keypost.db.tables import deliveries
from keypost.db.tx import Tx
from keypost.errors import Mismatched
from keypost.webhooks.delivery import Delivery
from keypost.webhooks.model import Ending

KEPT_MS: Final = 7 * DAY_MS
"""Longer than senders try again."""
FORGOTTEN_AT_ONCE: Final = 2_000
"""Rows of one transaction: others wait to write meanwhile."""

_ending = msgspec.json.Decoder(Ending)


def list_subjects(tx: Tx, delivery: Delivery) -> list[int]:
    """What the delivery has become already, in its order: ids of messages, or of a request. Nothing if it is new."""
    query = select(deliveries.c.subject_id, deliveries.c.fingerprint).where(_is(delivery))
    rows = tx.all(query.order_by(deliveries.c.position))
    if any(row.fingerprint != delivery.fingerprint for row in rows):
        raise Mismatched("delivery_differs", "Something else was sent under the same name before. Give it another.")
    return [row.subject_id for row in rows]


def is_known(tx: Tx, delivery: Delivery) -> bool:
    return bool(tx.all(select(deliveries.c.position).where(_is(delivery)).limit(1)))


def add(tx: Tx, delivery: Delivery, position: int, subject_id: int) -> None:
    """The key of the table keeps it from being there twice, whatever the edge believes."""
    kind, sender_id = delivery.sender
    tx.run(
        insert(deliveries).values(
            org_id=delivery.caller.org_id,
            sender_kind=kind,
            sender_id=sender_id,
            key=delivery.key,
            position=position,
            fingerprint=delivery.fingerprint,
            subject_id=subject_id,
            delivered_at=tx.now,
        )
    )


def find_ending(tx: Tx, delivery: Delivery) -> Ending | None:
    """How the request ended that the delivery was, as far as its sender was told."""
    row = tx.one(select(deliveries.c.ending).where(_is(delivery)))
    return _ending.decode(row.ending) if row is not None and row.ending is not None else None


def save_ending(tx: Tx, delivery: Delivery, ending: Ending) -> None:
    tx.run(update(deliveries).where(_is(delivery)).values(ending=msgspec.json.encode(ending).decode()))


def forget_old(tx: Tx, now: int) -> int:
    """Some of every organisation's, the oldest first; answers how many rows went."""
    key = ("org_id", "sender_kind", "sender_id", "key", "position")
    old = select(*deliveries.c[key]).where(deliveries.c.delivered_at < now - KEPT_MS)
    oldest = old.order_by(deliveries.c.delivered_at).limit(FORGOTTEN_AT_ONCE)
    return tx.run(delete(deliveries).where(tuple_(*deliveries.c[key]).in_(oldest)))


def _is(delivery: Delivery) -> ColumnElement[bool]:
    kind, sender_id = delivery.sender
    return and_(
        deliveries.c.org_id == delivery.caller.org_id,
        deliveries.c.sender_kind == kind,
        deliveries.c.sender_id == sender_id,
        deliveries.c.key == delivery.key,
    )
