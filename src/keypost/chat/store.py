from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from keypost.chat.model import Bot, Chat, ChatKind, Party, PartyKind
from keypost.db.tables import bots, chats, members
from keypost.db.tx import Tx
from keypost.ids import BotId, ChatId, OrgId, PersonId


def add_chat(tx: Tx, chat: Chat) -> None:
    tx.run(
        insert(chats).values(
            org_id=chat.org_id,
            id=chat.id,
            kind=chat.kind.value,
            title=chat.title,
            unique_name=chat.unique_name,
            bot_id=chat.bot_id,
            parent_id=chat.parent_id,
            root_message_id=chat.root_id,
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


def add_member(tx: Tx, org_id: OrgId, chat_id: ChatId, party: Party) -> None:
    tx.run(
        insert(members).values(
            org_id=org_id, chat_id=chat_id, kind=party.kind.value, member_id=party.id, joined_at=tx.now
        )
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


def has_member(tx: Tx, org_id: OrgId, chat_id: ChatId, party: Party) -> bool:
    query = select(members.c.chat_id).where(
        members.c.org_id == org_id,
        members.c.chat_id == chat_id,
        members.c.kind == party.kind.value,
        members.c.member_id == party.id,
    )
    return tx.one(query) is not None


def has_channel(tx: Tx, org_id: OrgId, unique_name: str) -> bool:
    return tx.one(select(chats.c.id).where(chats.c.org_id == org_id, chats.c.unique_name == unique_name)) is not None


def save_name(tx: Tx, channel: Chat) -> None:
    tx.run(
        update(chats)
        .where(chats.c.org_id == channel.org_id, chats.c.id == channel.id)
        .values(unique_name=channel.unique_name, title=channel.title)
    )


def find_channel(tx: Tx, org_id: OrgId, chat_id: ChatId) -> Chat | None:
    """As it is called now; without its members."""
    row = tx.one(select(chats).where(chats.c.org_id == org_id, chats.c.id == chat_id, chats.c.unique_name.is_not(None)))
    return to_chat(row, set()) if row is not None else None


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
    return [to_chat(row, parties.get((row.org_id, row.id), set())) for row in tx.all(select(chats))]


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
    return to_chat(row, {person, Party(PartyKind.BOT, bot_id)}) if row is not None else None


def find_direct(tx: Tx, org_id: OrgId, persons: frozenset[PersonId]) -> Chat | None:
    """The oldest direct chat of exactly these persons."""
    known = {Party(PartyKind.PERSON, person_id) for person_id in persons}
    of_one = select(members.c.chat_id).where(
        members.c.org_id == org_id, members.c.kind == PartyKind.PERSON.value, members.c.member_id == min(persons)
    )
    rows = tx.all(
        select(members)
        .join(chats, (chats.c.org_id == members.c.org_id) & (chats.c.id == members.c.chat_id))
        .where(chats.c.org_id == org_id, chats.c.kind == ChatKind.DIRECT.value, chats.c.id.in_(of_one))
        .order_by(chats.c.id)
    )
    parties: dict[int, set[Party]] = {}
    for row in rows:
        parties.setdefault(row.chat_id, set()).add(Party(PartyKind(row.kind), row.member_id))
    found = next((chat_id for chat_id, those in parties.items() if those == known), None)
    if found is None:
        return None
    chat = tx.one(select(chats).where(chats.c.org_id == org_id, chats.c.id == found))
    return to_chat(chat, known) if chat is not None else None


def list_bots(tx: Tx) -> list[Bot]:
    return [
        Bot(org_id=row.org_id, id=row.id, unique_name=row.unique_name, name=row.name, app_id=row.app_id)
        for row in tx.all(select(bots))
    ]


def to_chat(row: Row[Any], parties: set[Party]) -> Chat:
    return Chat(
        org_id=row.org_id,
        id=row.id,
        kind=ChatKind(row.kind),
        title=row.title,
        unique_name=row.unique_name,
        bot_id=row.bot_id,
        parent_id=row.parent_id,
        root_id=row.root_message_id,
        closed_at=row.closed_at,
        members=frozenset(parties),
    )
