from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, select, tuple_, update

from keypost.chat.model import Delivery
from keypost.clock import DAY_MS
from keypost.db.driver import Value
from keypost.db.insertion import Insertion
from keypost.db.tables import deliveries
from keypost.db.tx import Tx
from keypost.errors import Mismatched

KEPT_MS: Final = 7 * DAY_MS
"""Longer than senders try again."""
FORGOTTEN_AT_ONCE: Final = 2_000
"""Rows of one transaction: others wait to write meanwhile."""
_COLUMNS: Final = (
    "org_id",
    "sender_kind",
    "sender_id",
    "key",
    "position",
    "fingerprint",
    "subject_id",
    "delivered_at",
)
_INSERTION: Final = Insertion(deliveries, *_COLUMNS)
_INSERTION_OF_NEW: Final = Insertion(deliveries, *_COLUMNS, if_new="subject_id")

Part = tuple[Delivery, int, int]
"""Of what a delivery became: its position, and the id of the message or request."""


def add_new(tx: Tx, parts: Sequence[Part]) -> set[int]:
    """Adds what is not there; answers what the parts of these are. The key of the table decides it, whatever memory
    believes.
    """
    return set(tx.add_new(_INSERTION_OF_NEW, [_row(tx, part) for part in parts]))


def add(tx: Tx, parts: Sequence[Part]) -> None:
    tx.add(_INSERTION, [_row(tx, part) for part in parts])


def list_subjects(tx: Tx, delivery: Delivery) -> list[int]:
    """What the delivery has become already, in its order. Nothing if it is new."""
    query = select(deliveries.c.subject_id, deliveries.c.fingerprint).where(_is(delivery))
    rows = tx.all(query.order_by(deliveries.c.position))
    if any(row.fingerprint != delivery.fingerprint for row in rows):
        raise Mismatched("delivery_differs", "Something else was sent under the same name before. Give it another.")
    return [row.subject_id for row in rows]


def is_known(tx: Tx, delivery: Delivery) -> bool:
    return bool(tx.all(select(deliveries.c.position).where(_is(delivery)).limit(1)))


def find_ending(tx: Tx, delivery: Delivery) -> str | None:
    row = tx.one(select(deliveries.c.ending).where(_is(delivery)))
    return row.ending if row is not None else None


def save_ending(tx: Tx, delivery: Delivery, ending: str) -> None:
    tx.run(update(deliveries).where(_is(delivery)).values(ending=ending))


def forget_old(tx: Tx, now: int) -> int:
    """Some of every organisation's, the oldest first; answers how many rows went. Of one delivery its first part goes
    last, for that is what makes it known.
    """
    key = ("org_id", "sender_kind", "sender_id", "key", "position")
    old = select(*deliveries.c[key]).where(deliveries.c.delivered_at < now - KEPT_MS)
    oldest = old.order_by(deliveries.c.delivered_at, deliveries.c.position.desc()).limit(FORGOTTEN_AT_ONCE)
    return tx.run(delete(deliveries).where(tuple_(*deliveries.c[key]).in_(oldest)))


def _row(tx: Tx, part: Part) -> tuple[Value, ...]:
    delivery, position, subject_id = part
    kind, sender_id = delivery.sender
    return (
        delivery.org_id,
        kind,
        sender_id,
        delivery.key,
        position,
        delivery.fingerprint,
        subject_id,
        tx.now,
    )


def _is(delivery: Delivery) -> ColumnElement[bool]:
    kind, sender_id = delivery.sender
    return and_(
        deliveries.c.org_id == delivery.org_id,
        deliveries.c.sender_kind == kind,
        deliveries.c.sender_id == sender_id,
        deliveries.c.key == delivery.key,
    )
