"""Verbs of chats and their messages: make a chat, join and leave it, store, edit, delete and find messages."""

from collections.abc import Sequence

from msgspec.structs import replace

from keypost.chat import message_store, reaction_store, store, telling, thread_store, threads, votes
from keypost.chat.directory import Chats
from keypost.chat.model import Bot, Chat, ChatKind, Message, Party, PartyKind, Posting
from keypost.db.tx import Tx
from keypost.errors import Forbidden
from keypost.events import service as events
from keypost.events.model import Event, Kind
from keypost.files import service as files
from keypost.files.cabinet import Cabinet
from keypost.ids import BotId, ChatId, MessageId, OrgId, PersonId
from keypost_sdk.content import Message as Content


def load(tx: Tx) -> tuple[list[Chat], list[Bot]]:
    return store.list_chats(tx), store.list_bots(tx)


def create_channel(
    tx: Tx, chats: Chats, org_id: OrgId, unique_name: str, members: Sequence[Party], *, title: str = ""
) -> Chat:
    return _create(
        tx,
        chats,
        Chat(
            org_id=org_id,
            id=ChatId(tx.new_id()),
            kind=ChatKind.CHANNEL,
            title=title or unique_name,
            unique_name=unique_name,
            members=frozenset(members),
        ),
    )


def rename_channel(tx: Tx, chats: Chats, channel: Chat, unique_name: str) -> Chat:
    """One that is called by its unique name is called by the new one then."""
    title = unique_name if channel.title == channel.unique_name else channel.title
    renamed = replace(channel, unique_name=unique_name, title=title)
    store.save_name(tx, renamed)
    tx.on_commit(lambda: chats.rename(renamed.org_id, renamed.id, unique_name, title))
    events.emit(tx, Event(org_id=renamed.org_id, kind=Kind.CHAT_RENAMED, subject_id=renamed.id, chat_id=renamed.id))
    return renamed


def create_direct(tx: Tx, chats: Chats, org_id: OrgId, title: str, persons: Sequence[PersonId]) -> Chat:
    members = frozenset(Party(PartyKind.PERSON, person_id) for person_id in persons)
    chat = Chat(org_id=org_id, id=ChatId(tx.new_id()), kind=ChatKind.DIRECT, title=title, members=members)
    return _create(tx, chats, chat)


def create_bot(tx: Tx, chats: Chats, org_id: OrgId, unique_name: str, name: str, app_id: int | None = None) -> Bot:
    bot = Bot(org_id=org_id, id=BotId(tx.new_id()), unique_name=unique_name, name=name, app_id=app_id)
    store.add_bot(tx, bot)
    tx.on_commit(lambda: chats.put_bot(bot))
    return bot


def open_bot_chat(tx: Tx, chats: Chats, bot: Bot, person_id: PersonId) -> Chat:
    """The person's chat with the bot, made when it is first needed."""
    # Asked of the database, not of memory: another transaction may have made it a moment ago.
    known = store.find_bot_chat(tx, bot.org_id, bot.id, person_id)
    if known is not None:
        return known
    return _create(
        tx,
        chats,
        Chat(
            org_id=bot.org_id,
            id=ChatId(tx.new_id()),
            kind=ChatKind.BOT,
            title=bot.name,
            bot_id=bot.id,
            members=frozenset({Party(PartyKind.PERSON, person_id), Party(PartyKind.BOT, bot.id)}),
        ),
    )


def open_direct(tx: Tx, chats: Chats, org_id: OrgId, title: str, persons: frozenset[PersonId]) -> Chat:
    """The direct chat of these persons, made when it is first needed."""
    # Asked of the database, not of memory: another transaction may have made it a moment ago.
    known = store.find_direct(tx, org_id, persons)
    return known if known is not None else create_direct(tx, chats, org_id, title, sorted(persons))


def add_member(tx: Tx, chats: Chats, chat: Chat, party: Party) -> None:
    """Twice is a success: callers retry."""
    _refuse_direct(chat)
    if store.has_member(tx, chat.org_id, chat.id, party):
        return
    store.add_member(tx, chat.org_id, chat.id, party)
    tx.on_commit(lambda: chats.join(chat.org_id, chat.id, party))
    _tell_of_member(tx, Kind.MEMBER_JOINED, chat, party)


def remove_member(tx: Tx, chats: Chats, chat: Chat, party: Party) -> None:
    """Twice is a success: callers retry."""
    _refuse_direct(chat)
    if not store.has_member(tx, chat.org_id, chat.id, party):
        return
    store.remove_member(tx, chat.org_id, chat.id, party)
    tx.on_commit(lambda: chats.leave(chat.org_id, chat.id, party))
    _tell_of_member(tx, Kind.MEMBER_LEFT, chat, party)


def edit(tx: Tx, org_id: OrgId, chat_id: ChatId, message_id: MessageId, content: Content) -> Message:
    """The message with another content, in its place. With the content that it has already, nothing happens."""
    return _edit(tx, get_message(tx, org_id, chat_id, message_id), content)


def delete(tx: Tx, cabinet: Cabinet, message: Message) -> None:
    """Takes a message back, with all that belongs to it: its row stays, empty. Twice is a success: callers retry."""
    if message.is_deleted:
        return
    deleted = replace(message, content=Content(), deleted_at=tx.now, collapse=None, topic=None, file=None)
    message_store.save_deleted(tx, deleted)
    reaction_store.remove_all(tx, deleted)
    votes.drop(tx, message)
    if message.file is not None:
        files.release(tx, cabinet, message.file)
    telling.of_message(tx, Kind.MESSAGE_DELETED, deleted)
    telling.of_answers(tx, deleted)
    thread = thread_store.find(tx, message.org_id, message.thread_id or message.chat_id)
    if thread is not None:
        telling.of_root(tx, thread)


def store_batch(
    tx: Tx, chats: Chats, postings: Sequence[Posting], ids: Sequence[MessageId] | None = None
) -> list[Message]:
    """Messages in the order in which they came, each with its event. `ids` are new ones, for who has to know them
    before.
    """
    ids = ids if ids is not None else [MessageId(new_id) for new_id in tx.new_ids(len(postings))]
    new = [_new(tx, chats, posting, new_id) for posting, new_id in zip(postings, ids, strict=True)]
    message_store.add_messages(tx, [message for message in new if message.collapse is None])
    stored = [_posted(tx, message) if message.collapse is None else _collapsed(tx, message) for message in new]
    for posting, message in zip(postings, stored, strict=True):
        if posting.also is not None:
            posting.also(tx, message)
    return stored


def find_message(tx: Tx, org_id: OrgId, chat_id: ChatId, message_id: MessageId) -> Message | None:
    return message_store.find_message(tx, org_id, chat_id, message_id)


def get_message(tx: Tx, org_id: OrgId, chat_id: ChatId, message_id: MessageId | None) -> Message:
    """`message_id` is None for what cannot be the id of any message."""
    return message_store.get_message(tx, org_id, chat_id, message_id)


def list_messages(
    tx: Tx, org_id: OrgId, chat_id: ChatId, *, from_ms: int | None = None, to_ms: int | None = None, limit: int
) -> list[Message]:
    return message_store.list_messages(tx, org_id, chat_id, from_ms=from_ms, to_ms=to_ms, limit=limit)


def find_root(tx: Tx, thread: Chat) -> Message | None:
    """The message on which a thread was opened, also when it was deleted; other chats have none."""
    return message_store.find_any(tx, thread.org_id, thread.root_id) if thread.root_id is not None else None


def list_by_id(tx: Tx, org_id: OrgId, message_ids: Sequence[MessageId]) -> list[Message]:
    return message_store.list_by_id(tx, org_id, message_ids)


def _new(tx: Tx, chats: Chats, posting: Posting, message_id: MessageId) -> Message:
    thread = threads.find_for(tx, chats, posting)
    stand = threads.stand(posting, thread)
    if posting.ties.reply_to is not None:
        threads.require_answerable(tx, posting, thread)
    return Message(
        org_id=posting.org_id,
        id=message_id,
        chat_id=stand.chat_id,
        thread_id=stand.also_in,
        reply_to=posting.ties.reply_to,
        topic=posting.ties.topic,
        sender=posting.sender,
        content=posting.content,
        token_id=posting.token_id,
        collapse=posting.collapse,
        file=files.add(tx, posting.org_id, posting.file) if posting.file is not None else None,
    )


def _posted(tx: Tx, message: Message) -> Message:
    telling.of_message(tx, Kind.MESSAGE_POSTED, message)
    return message


def _collapsed(tx: Tx, message: Message) -> Message:
    """Stored as itself, or in the place of the earlier one; if it comes too late, that one as it is."""
    earlier = message_store.find_collapsed(tx, message)
    if earlier is None:
        message_store.add_messages(tx, [message])
        return _posted(tx, message)
    if _order(earlier) > _order(message):
        return earlier
    # Also when the content is the same: what is older comes too late from now on.
    message_store.save_order(tx, earlier, _order(message))
    return _edit(tx, replace(earlier, collapse=message.collapse), message.content)


def _order(message: Message) -> int:
    return message.collapse.order if message.collapse is not None else 0


def _edit(tx: Tx, message: Message, content: Content) -> Message:
    if content == message.content:
        return message
    edited = replace(message, content=content, edited_at=tx.now)
    message_store.save_content(tx, edited)
    votes.drop_stale(tx, message, content)
    telling.of_message(tx, Kind.MESSAGE_EDITED, edited)
    telling.of_answers(tx, edited)
    return edited


def _tell_of_member(tx: Tx, kind: Kind, chat: Chat, party: Party) -> None:
    """A person hears of it too: who has left is no member any more."""
    person_id = PersonId(party.id) if party.kind is PartyKind.PERSON else None
    events.emit(tx, Event(org_id=chat.org_id, kind=kind, subject_id=party.id, chat_id=chat.id, person_id=person_id))


def _refuse_direct(chat: Chat) -> None:
    if chat.kind is ChatKind.DIRECT:
        raise Forbidden("direct_chat_closed", "A direct chat stays between those for whom it was made.")


def _create(tx: Tx, chats: Chats, chat: Chat) -> Chat:
    store.add_chat(tx, chat)
    tx.on_commit(lambda: chats.put(chat))
    events.emit(tx, Event(org_id=chat.org_id, kind=Kind.CHAT_CREATED, subject_id=chat.id, chat_id=chat.id))
    return chat
