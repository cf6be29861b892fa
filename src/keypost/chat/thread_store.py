from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update

from keypost.chat import store
from keypost.chat.model import Chat, ChatKind
from keypost.db.tables import chats, thread_followers
from keypost.db.tx import Tx
from keypost.ids import ChatId, MessageId, OrgId, PersonId


def add(tx: Tx, thread: Chat) -> None:
    store.add_chat(tx, thread)


def find(tx: Tx, org_id: OrgId, chat_id: ChatId) -> Chat | None:
    """The chat if it is a thread, without its members: they are its parent's."""
    return _find(tx, org_id, chats.c.id == chat_id)


def find_on(tx: Tx, org_id: OrgId, root_id: MessageId) -> Chat | None:
    return _find(tx, org_id, chats.c.root_message_id == root_id)


def save_closed(tx: Tx, thread: Chat) -> None:
    tx.run(update(chats).where(_is(thread)).values(closed_at=thread.closed_at))


def list_followers(tx: Tx, thread: Chat) -> list[PersonId]:
    rows = tx.all(
        select(thread_followers.c.person_id).where(
            thread_followers.c.org_id == thread.org_id, thread_followers.c.chat_id == thread.id
        )
    )
    return [PersonId(row.person_id) for row in rows]


def add_follower(tx: Tx, thread: Chat, person_id: PersonId) -> None:
    """Twice is a success: callers retry."""
    if person_id not in list_followers(tx, thread):
        follower = {"org_id": thread.org_id, "chat_id": thread.id, "person_id": person_id, "followed_at": tx.now}
        tx.run(insert(thread_followers).values(follower))


def remove_follower(tx: Tx, thread: Chat, person_id: PersonId) -> None:
    tx.run(
        delete(thread_followers).where(
            thread_followers.c.org_id == thread.org_id,
            thread_followers.c.chat_id == thread.id,
            thread_followers.c.person_id == person_id,
        )
    )


def _find(tx: Tx, org_id: OrgId, condition: ColumnElement[bool]) -> Chat | None:
    row = tx.one(select(chats).where(chats.c.org_id == org_id, chats.c.kind == ChatKind.THREAD.value, condition))
    return store.to_chat(row, set()) if row is not None else None


def _is(thread: Chat) -> Any:
    return (chats.c.org_id == thread.org_id) & (chats.c.id == thread.id)
