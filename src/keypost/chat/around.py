"""What stands around a message on a page: the one it answers, the thread on it, the thread in which it was said too."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from keypost.chat import message_store, timeline_store
from keypost.chat.directory import Chats
from keypost.chat.model import Chat, Message
from keypost.db.tx import Tx
from keypost.ids import MessageId, OrgId, show_message
from keypost.messages.plain import first_line

QUOTE_MAX: Final = 140
"""Characters of a quoted first line."""


class Quote(Struct, frozen=True):
    """The message that another one answers: who, and the first line. Empty lines are of one that was deleted."""

    message: str
    sender_name: str
    line: str
    is_deleted: bool


class Talk(Struct, frozen=True):
    """The thread on a message: how many messages, when the newest was sent (None where all were deleted)."""

    chat_id: str
    title: str
    count: int
    last_at: int | None
    is_closed: bool


class Around(Struct, frozen=True):
    """`said_in` is the shown id of the thread in which a message of its chat was said too."""

    quote: Quote | None = None
    talk: Talk | None = None
    said_in: str = ""


NOTHING: Final = Around()


def read(tx: Tx, chats: Chats, org_id: OrgId, messages: Sequence[Message]) -> Mapping[MessageId, Around]:
    """What stands around each of some messages, in two queries at most."""
    quotes, talks = _quotes(tx, org_id, messages), _talks(tx, chats, org_id, messages)
    return {
        message.id: Around(
            quote=quotes.get(message.reply_to) if message.reply_to is not None else None,
            talk=talks.get(message.id),
            said_in=_said_in(chats, message),
        )
        for message in messages
    }


def _quotes(tx: Tx, org_id: OrgId, messages: Sequence[Message]) -> dict[MessageId, Quote]:
    ids = sorted({message.reply_to for message in messages if message.reply_to is not None})
    found = message_store.list_by_id(tx, org_id, ids) if ids else []
    return {message.id: _quote(message) for message in found}


def _quote(message: Message) -> Quote:
    line = first_line(message.content)
    cut = line if len(line) <= QUOTE_MAX else line[: QUOTE_MAX - 1] + "…"
    return Quote(show_message(message.id), message.sender.name, cut, message.is_deleted)


def _talks(tx: Tx, chats: Chats, org_id: OrgId, messages: Sequence[Message]) -> dict[MessageId, Talk]:
    on = {message.id: chats.find_thread_on(org_id, message.id) for message in messages}
    threads = {root_id: thread for root_id, thread in on.items() if thread is not None}
    if not threads:
        return {}
    counted = timeline_store.count_said_in(tx, org_id, [thread.id for thread in threads.values()])
    return {root_id: _talk(thread, *counted.get(thread.id, (0, None))) for root_id, thread in threads.items()}


def _talk(thread: Chat, count: int, newest_at: int | None) -> Talk:
    return Talk(thread.shown_id, thread.title, count, newest_at, thread.closed_at is not None)


def _said_in(chats: Chats, message: Message) -> str:
    thread = chats.find(message.org_id, message.thread_id) if message.thread_id is not None else None
    return thread.shown_id if thread is not None else ""
