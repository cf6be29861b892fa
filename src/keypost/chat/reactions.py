"""Reactions: an emoji under a message, and who of the chat gave it. Giving or taking one twice is a success."""

from collections.abc import Sequence
from typing import Final

from keypost.caller import Caller, Scope
from keypost.chat import message_store, reaction_store, telling
from keypost.chat.model import Chat, Message, Reaction
from keypost.db.tx import Tx
from keypost.errors import Invalid
from keypost.events.model import Kind
from keypost.ids import MessageId, OrgId

EMOJI_MAX: Final = 20
"""Different ones under one message."""


def react(tx: Tx, caller: Caller, chat: Chat, message_id: MessageId | None, emoji: str) -> None:
    caller.require(Scope.POST)
    message = message_store.get_message(tx, chat.org_id, chat.id, message_id)
    known = list_for(tx, message)
    same = next((reaction for reaction in known if reaction.emoji == emoji), None)
    if same is not None and caller.person_id in same.person_ids:
        return
    if same is None and len(known) >= EMOJI_MAX:
        raise Invalid("reaction_limit_exceeded", f"The message has {EMOJI_MAX} different reactions; that is the most.")
    reaction_store.add(tx, message, caller.person_id, emoji)
    telling.of_message(tx, Kind.REACTIONS_CHANGED, message)


def take_back(tx: Tx, caller: Caller, chat: Chat, message_id: MessageId | None, emoji: str) -> None:
    caller.require(Scope.POST)
    message = message_store.get_message(tx, chat.org_id, chat.id, message_id)
    if reaction_store.remove(tx, message, caller.person_id, emoji):
        telling.of_message(tx, Kind.REACTIONS_CHANGED, message)


def list_of_message(tx: Tx, chat: Chat, message_id: MessageId | None) -> list[Reaction]:
    return list_for(tx, message_store.get_message(tx, chat.org_id, chat.id, message_id))


def list_for(tx: Tx, message: Message) -> list[Reaction]:
    return list_of(tx, message.org_id, [message.id]).get(message.id, [])


def list_of(tx: Tx, org_id: OrgId, message_ids: Sequence[MessageId]) -> dict[MessageId, list[Reaction]]:
    """Of those messages that have any."""
    return reaction_store.list_reactions(tx, org_id, message_ids)
