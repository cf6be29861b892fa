from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, insert, select

from keypost.chat.model import Message, Reaction
from keypost.db.tables import reactions
from keypost.db.tx import Tx
from keypost.ids import MessageId, OrgId, PersonId


def list_reactions(tx: Tx, org_id: OrgId, message_ids: Sequence[MessageId]) -> dict[MessageId, list[Reaction]]:
    """Of those messages that have any; the emoji that was there first stands first, and so do its persons."""
    if not message_ids:
        return {}
    rows = tx.all(
        select(reactions)
        .where(reactions.c.org_id == org_id, reactions.c.message_id.in_(message_ids))
        .order_by(reactions.c.reacted_at, reactions.c.emoji, reactions.c.person_id)
    )
    found: dict[MessageId, dict[str, list[PersonId]]] = {}
    for row in rows:
        found.setdefault(row.message_id, {}).setdefault(row.emoji, []).append(row.person_id)
    return {
        message_id: [Reaction(emoji, tuple(persons)) for emoji, persons in by_emoji.items()]
        for message_id, by_emoji in found.items()
    }


def add(tx: Tx, message: Message, person_id: PersonId, emoji: str) -> None:
    tx.run(
        insert(reactions).values(
            org_id=message.org_id, message_id=message.id, person_id=person_id, emoji=emoji, reacted_at=tx.now
        )
    )


def remove(tx: Tx, message: Message, person_id: PersonId, emoji: str) -> bool:
    """Whether there was one."""
    mine = and_(_of(message), reactions.c.person_id == person_id, reactions.c.emoji == emoji)
    return tx.run(delete(reactions).where(mine)) > 0


def remove_all(tx: Tx, message: Message) -> None:
    tx.run(delete(reactions).where(_of(message)))


def _of(message: Message) -> ColumnElement[bool]:
    return and_(reactions.c.org_id == message.org_id, reactions.c.message_id == message.id)
