from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, bindparam, select, update

from keypost.db.insertion import Insertion
from keypost.db.prepared import Prepared
from keypost.db.tables import events, orgs
from keypost.db.tx import Tx
from keypost.errors import Fault
from keypost.events.model import Event, Kind
from keypost.ids import OrgId

PAGE: Final = 500
_TAKING: Final = Prepared(
    update(orgs)
    .values(last_event=orgs.c.last_event + bindparam("count"))
    .where(orgs.c.org_id == bindparam("of_org"))
    .returning(orgs.c.last_event),
    "count",
    "of_org",
)
_INSERTION: Final = Insertion(events, "org_id", "number", "kind", "at", "chat_id", "person_id", "subject_id")


def take_numbers(tx: Tx, org_id: OrgId, count: int) -> int:
    """Raises the organisation's counter by `count`; answers the first of the new numbers.

    On PostgreSQL the row stays locked until the commit, so numbers become visible in order.
    """
    rows = tx.tell(_TAKING, count, org_id)
    if not rows:
        raise Fault(f"There is no organisation {org_id} to log for.")
    ((last,),) = rows
    return int(last) - count + 1


def add_all(tx: Tx, numbered: Sequence[Event]) -> None:
    tx.add(
        _INSERTION,
        [
            (
                event.org_id,
                event.number,
                str(event.kind),
                event.at,
                event.chat_id,
                event.person_id,
                event.subject_id,
            )
            for event in numbered
        ],
    )


def last_number(tx: Tx, org_id: OrgId) -> int:
    row = tx.one(select(orgs.c.last_event).where(orgs.c.org_id == org_id))
    return int(row.last_event) if row is not None else 0


def last_numbers(tx: Tx) -> dict[OrgId, int]:
    return {OrgId(row.org_id): row.last_event for row in tx.all(select(orgs.c.org_id, orgs.c.last_event))}


def list_after(tx: Tx, org_id: OrgId, number: int, limit: int = PAGE) -> list[Event]:
    rows = tx.all(
        select(events).where(events.c.org_id == org_id, events.c.number > number).order_by(events.c.number).limit(limit)
    )
    return [_to_event(row) for row in rows]


def _to_event(row: Row[Any]) -> Event:
    return Event(
        org_id=row.org_id,
        kind=Kind(row.kind),
        subject_id=row.subject_id,
        chat_id=row.chat_id,
        person_id=row.person_id,
        at=row.at,
        number=row.number,
    )
