from collections.abc import Sequence

from keypost.chat import store
from keypost.chat.directory import Chats
from keypost.chat.model import Bot, Chat, ChatKind, Message, Party, PartyKind, Posting
from keypost.db.tx import Tx
from keypost.events import service as events
from keypost.events.model import Event, Kind
from keypost.ids import BotId, ChatId, MessageId, OrgId, PersonId


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


def remove_member(tx: Tx, chats: Chats, chat: Chat, party: Party) -> None:
    store.remove_member(tx, chat.org_id, chat.id, party)
    tx.on_commit(lambda: chats.leave(chat.org_id, chat.id, party))


def store_batch(tx: Tx, postings: Sequence[Posting]) -> list[Message]:
    """What the lane runs in one transaction: messages in the order in which they came, each with its event."""
    stored = [
        Message(
            org_id=posting.org_id,
            id=MessageId(tx.new_id()),
            chat_id=posting.chat_id,
            sender=posting.sender,
            content=posting.content,
            token_id=posting.token_id,
        )
        for posting in postings
    ]
    store.add_messages(tx, stored)
    for message in stored:
        events.emit(
            tx,
            Event(org_id=message.org_id, kind=Kind.MESSAGE_POSTED, subject_id=message.id, chat_id=message.chat_id),
        )
    for posting in postings:
        if posting.also is not None:
            posting.also(tx)
    return stored


def find_message(tx: Tx, org_id: OrgId, chat_id: ChatId, message_id: MessageId) -> Message | None:
    return store.find_message(tx, org_id, chat_id, message_id)


def list_messages(
    tx: Tx, org_id: OrgId, chat_id: ChatId, *, from_ms: int | None = None, to_ms: int | None = None, limit: int
) -> list[Message]:
    return store.list_messages(tx, org_id, chat_id, from_ms=from_ms, to_ms=to_ms, limit=limit)


def list_by_id(tx: Tx, org_id: OrgId, message_ids: Sequence[MessageId]) -> list[Message]:
    return store.list_by_id(tx, org_id, message_ids)


def _create(tx: Tx, chats: Chats, chat: Chat) -> Chat:
    store.add_chat(tx, chat)
    tx.on_commit(lambda: chats.put(chat))
    events.emit(tx, Event(org_id=chat.org_id, kind=Kind.CHAT_CREATED, subject_id=chat.id, chat_id=chat.id))
    return chat
