from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Row, delete, insert, select

from keypost.chat.model import Bot, Chat, ChatKind, Message, Party, PartyKind, Sender
from keypost.db.tables import bots, chats, members, messages
from keypost.db.tx import Tx
from keypost.ids import COUNTER_BITS, BotId, ChatId, MessageId, OrgId, PersonId
from keypost_sdk.content import Message as Content

MESSAGES_MAX: Final = 100
"""The most that one reading answers, as on the wire."""

_content = msgspec.json.Decoder(Content)


def add_chat(tx: Tx, chat: Chat) -> None:
    tx.run(
        insert(chats).values(
            org_id=chat.org_id,
            id=chat.id,
            kind=chat.kind.value,
            title=chat.title,
            unique_name=chat.unique_name,
            bot_id=chat.bot_id,
            created_at=tx.now,
        )
    )
    tx.run(
        insert(members),
        [
            {
                "org_id": chat.org_id,
                "chat_id": chat.id,
                "kind": member.kind.value,
                "member_id": member.id,
                "joined_at": tx.now,
            }
            for member in chat.members
        ],
    )


def remove_member(tx: Tx, org_id: OrgId, chat_id: ChatId, party: Party) -> None:
    tx.run(
        delete(members).where(
            members.c.org_id == org_id,
            members.c.chat_id == chat_id,
            members.c.kind == party.kind.value,
            members.c.member_id == party.id,
        )
    )


def add_bot(tx: Tx, bot: Bot) -> None:
    tx.run(
        insert(bots).values(
            org_id=bot.org_id,
            id=bot.id,
            unique_name=bot.unique_name,
            name=bot.name,
            app_id=bot.app_id,
            created_at=tx.now,
        )
    )


def list_chats(tx: Tx) -> list[Chat]:
    """Every chat of every organisation, for the directory at start."""
    parties: dict[tuple[int, int], set[Party]] = {}
    for row in tx.all(select(members)):
        parties.setdefault((row.org_id, row.chat_id), set()).add(Party(PartyKind(row.kind), row.member_id))
    return [_to_chat(row, parties.get((row.org_id, row.id), set())) for row in tx.all(select(chats))]


def find_bot_chat(tx: Tx, org_id: OrgId, bot_id: BotId, person_id: PersonId) -> Chat | None:
    person = Party(PartyKind.PERSON, person_id)
    row = tx.one(
        select(chats)
        .join(members, (members.c.org_id == chats.c.org_id) & (members.c.chat_id == chats.c.id))
        .where(
            chats.c.org_id == org_id,
            chats.c.bot_id == bot_id,
            members.c.kind == person.kind.value,
            members.c.member_id == person.id,
        )
    )
    return _to_chat(row, {person, Party(PartyKind.BOT, bot_id)}) if row is not None else None


def list_bots(tx: Tx) -> list[Bot]:
    return [
        Bot(org_id=row.org_id, id=row.id, unique_name=row.unique_name, name=row.name, app_id=row.app_id)
        for row in tx.all(select(bots))
    ]


def add_messages(tx: Tx, new: Sequence[Message]) -> None:
    tx.run(
        insert(messages),
        [
            {
                "org_id": message.org_id,
                "id": message.id,
                "chat_id": message.chat_id,
                "sender_kind": message.sender.kind.value,
                "sender_id": message.sender.id,
                "sender_name": message.sender.name,
                "token_id": message.token_id,
                "content": msgspec.json.encode(message.content).decode(),
            }
            for message in new
        ],
    )


def find_message(tx: Tx, org_id: OrgId, chat_id: ChatId, message_id: MessageId) -> Message | None:
    row = tx.one(
        select(messages).where(messages.c.org_id == org_id, messages.c.chat_id == chat_id, messages.c.id == message_id)
    )
    return to_message(row) if row is not None else None


def list_messages(
    tx: Tx, org_id: OrgId, chat_id: ChatId, *, from_ms: int | None = None, to_ms: int | None = None, limit: int
) -> list[Message]:
    """The newest `limit` messages in the time from `from_ms` to `to_ms` (both included), oldest first."""
    query = select(messages).where(messages.c.org_id == org_id, messages.c.chat_id == chat_id)
    if from_ms is not None:
        query = query.where(messages.c.id >= from_ms << COUNTER_BITS)
    if to_ms is not None:
        query = query.where(messages.c.id < (to_ms + 1) << COUNTER_BITS)
    rows = tx.all(query.order_by(messages.c.id.desc()).limit(limit))
    return [to_message(row) for row in reversed(rows)]


def list_by_id(tx: Tx, org_id: OrgId, message_ids: Sequence[MessageId]) -> list[Message]:
    rows = tx.all(select(messages).where(messages.c.org_id == org_id, messages.c.id.in_(message_ids)))
    return [to_message(row) for row in rows]


def to_message(row: Row[Any]) -> Message:
    return Message(
        org_id=row.org_id,
        id=row.id,
        chat_id=row.chat_id,
        sender=Sender(kind=PartyKind(row.sender_kind), id=row.sender_id, name=row.sender_name),
        content=_content.decode(row.content),
        token_id=row.token_id,
    )


def _to_chat(row: Row[Any], parties: set[Party]) -> Chat:
    return Chat(
        org_id=row.org_id,
        id=row.id,
        kind=ChatKind(row.kind),
        title=row.title,
        unique_name=row.unique_name,
        bot_id=row.bot_id,
        members=frozenset(parties),
    )
