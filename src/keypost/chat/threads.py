"""Threads: chats that hang on a message of another chat, and have that chat's members.

Whether there is a thread already is decided in the transaction that stores the message: of two posts that open the same
one at once, the second finds what the first has made.
"""

from typing import NoReturn

from msgspec import Struct
from msgspec.structs import replace

from keypost.caller import Caller, Scope
from keypost.chat import message_store, telling, thread_store
from keypost.chat.directory import Chats
from keypost.chat.judging import require_open
from keypost.chat.model import Chat, ChatKind, Message, Opening, Posting
from keypost.db.tx import Tx
from keypost.errors import NotFound
from keypost.events import service as events
from keypost.events.model import Event, Kind
from keypost.ids import ChatId


class Stand(Struct, frozen=True):
    """Where a message comes to stand: its chat, and the thread in which it is said too."""

    chat_id: ChatId
    also_in: ChatId | None = None


def find_for(tx: Tx, chats: Chats, posting: Posting) -> Chat | None:
    """The thread in which a posting is said, made if it is the first; None for one that is said in no thread."""
    place, opening = chats.find(posting.org_id, posting.chat_id), posting.ties.opening
    if place is not None and place.kind is ChatKind.THREAD:
        thread = thread_store.find(tx, place.org_id, place.id) or place
        if opening is not None and _find_on(tx, _root(tx, thread.home_id, posting, opening)) != thread:
            _refuse_root()
    elif opening is not None:
        thread = _opened(tx, chats, posting, opening)
    else:
        return None
    require_open(thread)
    telling.of_root(tx, thread)
    return thread


def stand(posting: Posting, thread: Chat | None) -> Stand:
    if thread is None:
        return Stand(posting.chat_id)
    return Stand(thread.home_id, thread.id) if posting.ties.in_parent else Stand(thread.id)


def require_answerable(tx: Tx, posting: Posting, thread: Chat | None) -> None:
    """A message can answer what stands beside it: in its chat, in a thread also the message on which it was opened."""
    answered = posting.ties.reply_to
    found = message_store.find_any(tx, posting.org_id, answered) if answered is not None else None
    beside = {posting.chat_id} if thread is None else {thread.id}
    if posting.ties.in_parent and thread is not None:
        beside.add(thread.home_id)
    is_root = thread is not None and thread.root_id == answered
    if found is None or found.is_deleted or not (is_root or beside & {found.chat_id, found.thread_id}):
        raise NotFound("message_not_found", "reply_to is not the id of a message of this chat.")


def close(tx: Tx, chats: Chats, caller: Caller, thread: Chat) -> None:
    """No new message from now on. Twice is a success: callers retry."""
    _set_closed(tx, chats, caller, thread, tx.now)


def reopen(tx: Tx, chats: Chats, caller: Caller, thread: Chat) -> None:
    _set_closed(tx, chats, caller, thread, None)


def follow(tx: Tx, _chats: Chats, caller: Caller, thread: Chat) -> None:
    caller.require(Scope.POST)
    thread_store.add_follower(tx, thread, caller.person_id)


def unfollow(tx: Tx, _chats: Chats, caller: Caller, thread: Chat) -> None:
    caller.require(Scope.POST)
    thread_store.remove_follower(tx, thread, caller.person_id)


def _opened(tx: Tx, chats: Chats, posting: Posting, opening: Opening) -> Chat:
    root = _root(tx, posting.chat_id, posting, opening)
    known = _find_on(tx, root)
    if known is not None:
        return known
    if root.is_deleted:
        _refuse_root()
    thread = Chat(
        org_id=posting.org_id,
        id=ChatId(tx.new_id()),
        kind=ChatKind.THREAD,
        title=opening.title or root.topic or "",
        parent_id=posting.chat_id,
        root_id=root.id,
    )
    thread_store.add(tx, thread)
    tx.on_commit(lambda: chats.put(thread))
    return thread


def _root(tx: Tx, chat_id: ChatId, posting: Posting, opening: Opening) -> Message:
    """The named message, which stands in the chat or in a thread of it."""
    named = message_store.find_any(tx, posting.org_id, opening.root_id)
    if named is None:
        _refuse_root()
    inner = thread_store.find(tx, posting.org_id, named.chat_id) if named.chat_id != chat_id else None
    if named.chat_id != chat_id and (inner is None or inner.parent_id != chat_id):
        _refuse_root()
    return named


def _find_on(tx: Tx, named: Message) -> Chat | None:
    """The thread that a message belongs to: the one on it, or the one in which it was said."""
    if named.thread_id is not None:
        return thread_store.find(tx, named.org_id, named.thread_id)
    return thread_store.find_on(tx, named.org_id, named.id) or thread_store.find(tx, named.org_id, named.chat_id)


def _refuse_root() -> NoReturn:
    raise NotFound("message_not_found", "thread_message_id is not the id of a message of this chat.")


def _set_closed(tx: Tx, chats: Chats, caller: Caller, thread: Chat, closed_at: int | None) -> None:
    caller.require(Scope.POST)
    known = thread_store.find(tx, thread.org_id, thread.id)
    if known is None or (known.closed_at is None) == (closed_at is None):
        return
    changed = replace(known, closed_at=closed_at)
    thread_store.save_closed(tx, changed)
    tx.on_commit(lambda: chats.put(changed))
    kind = Kind.THREAD_REOPENED if closed_at is None else Kind.THREAD_CLOSED
    events.emit(tx, Event(org_id=thread.org_id, kind=kind, subject_id=thread.id, chat_id=thread.id))
    telling.of_root(tx, changed)
