"""Timelines: of each chat and each thread the messages that it shows.

A message is not entered in the timeline of its chat when it is stored, but later, together with many: a batch of
messages to as many chats would have to change a page of the database for each of them. What is not entered yet is found
by looking through the newest messages of the organisation.
"""

from collections.abc import Collection, Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, ColumnElement, Select, and_, func, insert, select, union_all, update

from keypost.chat.model import Message
from keypost.db.insertion import Insertion
from keypost.db.tables import messages, orgs, timelines
from keypost.db.tx import Tx
from keypost.ids import ID_MAX, ChatId, MessageId, OrgId, milliseconds_of

_COLUMNS: Final = ("org_id", "chat_id", "message_id")
_INSERTION: Final = Insertion(timelines, *_COLUMNS)


class Source(NamedTuple):
    """A table that says which messages belong to which chat; `some` says which of its rows are meant."""

    chat: Column[Any]
    message: Column[Any]
    some: ColumnElement[bool]


def enter_in_threads(tx: Tx, new: Iterable[Message]) -> None:
    """At once: few messages are said in a thread beside their chat."""
    entries = [(each.org_id, each.thread_id, each.id) for each in new if each.thread_id is not None]
    tx.add(_INSERTION, entries)


def extend(tx: Tx, org_id: OrgId) -> None:
    """Enters in the timelines of their chats all messages that are not entered yet."""
    late = select(messages.c.org_id, messages.c.chat_id, messages.c.id).where(
        messages.c.org_id == org_id, messages.c.id > _end(tx, org_id)
    )
    # Sorted, so that each page is changed once.
    if tx.run(insert(timelines).from_select(_COLUMNS, late.order_by(messages.c.chat_id, messages.c.id))):
        newest = select(func.max(messages.c.id)).where(messages.c.org_id == org_id).scalar_subquery()
        tx.run(update(orgs).where(orgs.c.org_id == org_id).values(timelines_end=newest))


def extend_all(tx: Tx) -> None:
    for org in tx.all(select(orgs.c.org_id)):
        extend(tx, org.org_id)


def newest_in(
    tx: Tx, org_id: OrgId, chat_id: ChatId, wanted: ColumnElement[bool], *, low: int, high: int, limit: int
) -> Select[Any]:
    """The ids of at least the newest `limit` messages from `low` to `high` (both included) that are wanted.

    Each source is looked through by itself: no database finds the newest of both in one go.
    """
    found = [
        select(source.message.label("id"))
        .where(source.chat == chat_id, source.some)
        .order_by(source.message.desc())
        .limit(limit)
        .subquery()
        for source in _sources(tx, org_id, wanted, low, high)
    ]
    return select(union_all(*(select(each.c.id) for each in found)).subquery())


def count_said_in(tx: Tx, org_id: OrgId, thread_ids: Collection[ChatId]) -> dict[ChatId, tuple[int, int]]:
    """Of each thread in which something was said: how many messages, and when the newest was sent."""
    said = union_all(
        *(
            select(source.chat.label("thread"), source.message.label("id")).where(
                source.chat.in_(thread_ids), source.some
            )
            for source in _sources(tx, org_id, messages.c.deleted_at.is_(None))
        )
    ).subquery()
    counted = select(said.c.thread, func.count().label("many"), func.max(said.c.id).label("newest"))
    rows = tx.all(counted.group_by(said.c.thread))
    return {ChatId(row.thread): (row.many, milliseconds_of(row.newest)) for row in rows}


def _sources(
    tx: Tx, org_id: OrgId, wanted: ColumnElement[bool], low: int = 0, high: int = ID_MAX
) -> tuple[Source, Source]:
    # Each entry's message is looked up by itself. If they were joined, either database could begin with all messages.
    its = and_(messages.c.org_id == timelines.c.org_id, messages.c.id == timelines.c.message_id)
    is_wanted = select(messages.c.id).where(its, wanted).scalar_subquery().is_not(None)
    entered = and_(timelines.c.org_id == org_id, timelines.c.message_id.between(low, high), is_wanted)
    late = and_(messages.c.org_id == org_id, messages.c.id.between(max(low, _end(tx, org_id) + 1), high), wanted)
    return (
        Source(timelines.c.chat_id, timelines.c.message_id, entered),
        Source(messages.c.chat_id, messages.c.id, late),
    )


def _end(tx: Tx, org_id: OrgId) -> MessageId:
    """All up to this one are entered in the timelines of their chats, and none after it."""
    row = tx.one(select(orgs.c.timelines_end).where(orgs.c.org_id == org_id))
    return MessageId(row.timelines_end if row is not None else 0)
