from typing import Final

from sqlalchemy import ColumnElement, and_, delete, insert, select

from keypost.clock import DAY_MS
from keypost.db.tables import deliveries
from keypost.db.tx import Tx
from keypost.errors import Mismatched
from keypost.ids import MessageId
from keypost.webhooks.delivery import Delivery

KEPT_MS: Final = 7 * DAY_MS
"""Longer than senders try again."""


def list_first(tx: Tx, delivery: Delivery) -> list[MessageId]:
    """The messages that the delivery has become already, in their order; none if it is new."""
    query = select(deliveries.c.message_id, deliveries.c.fingerprint).where(_is(delivery))
    rows = tx.all(query.order_by(deliveries.c.position))
    if any(row.fingerprint != delivery.fingerprint for row in rows):
        raise Mismatched("delivery_differs", "Something else was sent under the same name before. Give it another.")
    return [MessageId(row.message_id) for row in rows]


def add(tx: Tx, delivery: Delivery, position: int, message_id: MessageId) -> None:
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
            message_id=message_id,
            delivered_at=tx.now,
        )
    )


def forget_old(tx: Tx) -> int:
    """Every organisation's; answers how many rows went."""
    return tx.run(delete(deliveries).where(deliveries.c.delivered_at < tx.now - KEPT_MS))


def _is(delivery: Delivery) -> ColumnElement[bool]:
    kind, sender_id = delivery.sender
    return and_(
        deliveries.c.org_id == delivery.caller.org_id,
        deliveries.c.sender_kind == kind,
        deliveries.c.sender_id == sender_id,
        deliveries.c.key == delivery.key,
    )
