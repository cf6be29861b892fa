from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update

from keypost.chat.model import Message
from keypost.db.tables import votes
from keypost.db.tx import Tx
from keypost.ids import MessageId, OrgId, PersonId


def count_votes(tx: Tx, org_id: OrgId, message_ids: Sequence[MessageId]) -> dict[tuple[MessageId, int], int]:
    """How many voted, for each message and option that anybody voted for."""
    if not message_ids:
        return {}
    rows = tx.all(
        select(votes.c.message_id, votes.c.option, func.count().label("voted"))
        .where(votes.c.org_id == org_id, votes.c.message_id.in_(message_ids))
        .group_by(votes.c.message_id, votes.c.option)
    )
    return {(row.message_id, row.option): row.voted for row in rows}


def list_choices(
    tx: Tx, org_id: OrgId, message_ids: Sequence[MessageId], person_ids: Sequence[PersonId]
) -> dict[tuple[MessageId, PersonId], int]:
    """The options that these persons voted for."""
    if not message_ids or not person_ids:
        return {}
    rows = tx.all(
        select(votes).where(
            votes.c.org_id == org_id, votes.c.message_id.in_(message_ids), votes.c.person_id.in_(person_ids)
        )
    )
    return {(row.message_id, row.person_id): row.option for row in rows}


def find_choice(tx: Tx, message: Message, person_id: PersonId) -> int | None:
    row = tx.one(select(votes.c.option).where(_of(message), votes.c.person_id == person_id))
    return int(row.option) if row is not None else None


def list_voters(tx: Tx, message: Message) -> list[PersonId]:
    return [row.person_id for row in tx.all(select(votes.c.person_id).where(_of(message)))]


def add(tx: Tx, message: Message, person_id: PersonId, option: int) -> None:
    tx.run(
        insert(votes).values(
            org_id=message.org_id, message_id=message.id, person_id=person_id, option=option, voted_at=tx.now
        )
    )


def change(tx: Tx, message: Message, person_id: PersonId, option: int) -> None:
    tx.run(update(votes).where(_of(message), votes.c.person_id == person_id).values(option=option, voted_at=tx.now))


def remove(tx: Tx, message: Message, person_id: PersonId) -> None:
    tx.run(delete(votes).where(_of(message), votes.c.person_id == person_id))


def remove_all(tx: Tx, message: Message) -> None:
    tx.run(delete(votes).where(_of(message)))


def _of(message: Message) -> ColumnElement[bool]:
    return and_(votes.c.org_id == message.org_id, votes.c.message_id == message.id)
