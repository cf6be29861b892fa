from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Row, and_, select, update

from keypost import log
from keypost.chat import timeline_store
from keypost.chat.model import Collapse, Message, PartyKind, Sender
from keypost.db.driver import Value
from keypost.db.insertion import Insertion
from keypost.db.tables import chats, messages
from keypost.db.tx import Tx
from keypost.errors import NotFound
from keypost.files import service as files
from keypost.files.model import File
from keypost.ids import COUNTER_BITS, ID_MAX, ChatId, FileId, MessageId, OrgId
from keypost_sdk.content import Message as Content

MESSAGES_MAX: Final = 100
"""The most that one reading answers, as on the wire."""
UNREADABLE: Final = Content(text="This message cannot be shown.")
_COLUMNS: Final = ("org_id", "id", "chat_id", "sender_kind", "sender_id", "sender_name", "token_id", "content")
_MORE_COLUMNS: Final = ("reply_to", "thread_id", "file_id", "topic", "collapse_key", "collapse_order")
_INSERTION: Final = Insertion(messages, *_COLUMNS)
"""Of most messages there is no more. Without places for the rest, inserting them takes half as long."""
_INSERTION_WITH_MORE: Final = Insertion(messages, *_COLUMNS, *_MORE_COLUMNS)
_NOTHING_MORE: Final = (None,) * len(_MORE_COLUMNS)

_content = msgspec.json.Decoder(Content)

logger = log.get(__name__)


def add_messages(tx: Tx, new: Sequence[Message]) -> None:
    rows = [(_row(message), _more(message)) for message in new]
    tx.add(_INSERTION, [row for row, more in rows if more == _NOTHING_MORE])
    tx.add(_INSERTION_WITH_MORE, [row + more for row, more in rows if more != _NOTHING_MORE])
    timeline_store.enter_in_threads(tx, new)


def _row(message: Message) -> tuple[Value, ...]:
    sender = message.sender
    return (
        message.org_id,
        message.id,
        message.chat_id,
        str(sender.kind),
        sender.id,
        sender.name,
        message.token_id,
        _written(message.content),
    )


def _more(message: Message) -> tuple[Value, ...]:
    collapse = message.collapse
    return (
        message.reply_to,
        message.thread_id,
        message.file.id if message.file is not None else None,
        message.topic,
        collapse.key if collapse is not None else None,
        collapse.order if collapse is not None else None,
    )


def save_content(tx: Tx, message: Message) -> None:
    changed = {"content": _written(message.content), "edited_at": message.edited_at}
    tx.run(update(messages).where(_is(message)).values(changed))


def save_deleted(tx: Tx, message: Message) -> None:
    """Nothing of what it said is kept, and no later posting takes its place."""
    emptied = {"content": _written(message.content), "deleted_at": message.deleted_at, "topic": None, "file_id": None}
    tx.run(update(messages).where(_is(message)).values(emptied | {"collapse_key": None, "collapse_order": None}))


def save_order(tx: Tx, message: Message, order: int) -> None:
    """The order of the newest posting that the message stands for."""
    tx.run(update(messages).where(_is(message)).values(collapse_order=order))


def find_collapsed(tx: Tx, message: Message) -> Message | None:
    """The newest message that has the same chat, sender, token and key."""
    row = tx.one(
        select(messages)
        .where(
            messages.c.org_id == message.org_id,
            messages.c.chat_id == message.chat_id,
            messages.c.collapse_key == (message.collapse.key if message.collapse is not None else None),
            messages.c.sender_kind == message.sender.kind.value,
            messages.c.sender_id == message.sender.id,
            messages.c.token_id.is_not_distinct_from(message.token_id),
        )
        .order_by(messages.c.id.desc())
        .limit(1)
    )
    return _read(tx, [row])[0] if row is not None else None


def find_message(tx: Tx, org_id: OrgId, chat_id: ChatId, message_id: MessageId) -> Message | None:
    """Also where the chat is a thread and the message was said beside it too; None for one that was deleted."""
    found = find_any(tx, org_id, message_id)
    if found is None or found.is_deleted or chat_id not in {found.chat_id, found.thread_id}:
        return None
    return found


def find_any(tx: Tx, org_id: OrgId, message_id: MessageId) -> Message | None:
    """In whatever chat, deleted or not."""
    row = tx.one(select(messages).where(messages.c.org_id == org_id, messages.c.id == message_id))
    return _read(tx, [row])[0] if row is not None else None


def get_message(tx: Tx, org_id: OrgId, chat_id: ChatId, message_id: MessageId | None) -> Message:
    """`message_id` is None for what cannot be the id of any message."""
    found = find_message(tx, org_id, chat_id, message_id) if message_id is not None else None
    if found is None:
        raise no_such_message()
    return found


def no_such_message() -> NotFound:
    return NotFound("message_not_found", "There is no such message in this chat.")


def list_messages(
    tx: Tx, org_id: OrgId, chat_id: ChatId, *, from_ms: int | None = None, to_ms: int | None = None, limit: int
) -> list[Message]:
    """The newest `limit` messages in the time from `from_ms` to `to_ms` (both included), oldest first."""
    low = from_ms << COUNTER_BITS if from_ms is not None else 0
    high = ((to_ms + 1) << COUNTER_BITS) - 1 if to_ms is not None else ID_MAX
    return _list_newest(tx, org_id, chat_id, messages.c.deleted_at.is_(None), low=low, high=high, limit=limit)


def list_shown(tx: Tx, org_id: OrgId, chat_id: ChatId, limit: int, before: MessageId | None = None) -> list[Message]:
    """The newest `limit` messages that a page shows, oldest first: a deleted one where there is a thread on it. Only
    those before a message, if one is given.
    """
    high = before - 1 if before is not None else ID_MAX
    has_thread = select(chats.c.id).where(chats.c.org_id == org_id, chats.c.root_message_id == messages.c.id).exists()
    return _list_newest(tx, org_id, chat_id, messages.c.deleted_at.is_(None) | has_thread, high=high, limit=limit)


def list_answering(tx: Tx, message: Message, limit: int) -> list[Message]:
    """The newest that answer a message."""
    query = select(messages).where(
        messages.c.org_id == message.org_id, messages.c.reply_to == message.id, messages.c.deleted_at.is_(None)
    )
    return _read(tx, tx.all(query.order_by(messages.c.id.desc()).limit(limit)))


def list_by_id(tx: Tx, org_id: OrgId, message_ids: Sequence[MessageId]) -> list[Message]:
    rows = tx.all(select(messages).where(messages.c.org_id == org_id, messages.c.id.in_(message_ids)))
    return _read(tx, rows)


def list_chats_with(tx: Tx, org_id: OrgId, file_id: FileId) -> list[ChatId]:
    """The chats with a message that brings the file."""
    rows = tx.all(
        select(messages.c.chat_id).where(
            messages.c.org_id == org_id, messages.c.file_id == file_id, messages.c.deleted_at.is_(None)
        )
    )
    return [row.chat_id for row in rows]


def _list_newest(
    tx: Tx, org_id: OrgId, chat_id: ChatId, wanted: ColumnElement[bool], *, low: int = 0, high: int = ID_MAX, limit: int
) -> list[Message]:
    ids = timeline_store.newest_in(tx, org_id, chat_id, wanted, low=low, high=high, limit=limit)
    query = select(messages).where(messages.c.org_id == org_id, messages.c.id.in_(ids))
    return _read(tx, tx.all(query.order_by(messages.c.id.desc()).limit(limit))[::-1])


def _read(tx: Tx, rows: Sequence[Row[Any]]) -> list[Message]:
    """Rows of one organisation, with the files that they bring."""
    brought = [row for row in rows if row.file_id is not None]
    known = files.list_by_id(tx, brought[0].org_id, [row.file_id for row in brought]) if brought else {}
    return [_to_message(row, known.get(row.file_id)) for row in rows]


def _to_message(row: Row[Any], file: File | None) -> Message:
    return Message(
        org_id=row.org_id,
        id=row.id,
        chat_id=row.chat_id,
        sender=Sender(kind=PartyKind(row.sender_kind), id=row.sender_id, name=row.sender_name),
        content=_read_content(row),
        token_id=row.token_id,
        collapse=Collapse(row.collapse_key, row.collapse_order) if row.collapse_key is not None else None,
        edited_at=row.edited_at,
        file=file,
        deleted_at=row.deleted_at,
        reply_to=row.reply_to,
        thread_id=row.thread_id,
        topic=row.topic,
    )


def _is(message: Message) -> ColumnElement[bool]:
    return and_(messages.c.org_id == message.org_id, messages.c.id == message.id)


def _written(content: Content) -> str:
    return msgspec.json.encode(content).decode()


def _read_content(row: Row[Any]) -> Content:
    """A row that is damaged, or of a later version, stands in its place and takes nobody else's from them."""
    try:
        return _content.decode(row.content)
    except (ValueError, RecursionError) as error:
        # Not the error's text, which can quote the message.
        logger.warning("a message cannot be read", org=row.org_id, message=row.id, why=type(error).__name__)
        return UNREADABLE
