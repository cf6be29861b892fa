"""So much of a chat as a page shows at once: its newest messages, or those before one that the page has already."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from keypost.chat import message_store, surroundings, votes
from keypost.chat.directory import Chats
from keypost.chat.model import Chat, Message
from keypost.chat.surroundings import Surroundings
from keypost.db.tx import Tx
from keypost.ids import MessageId, PersonId, show_message

SHOWN: Final = 60
"""Messages on a page when it is opened, and as many more whenever its reader goes further up."""


class Excerpt(Struct, frozen=True):
    """`also` are messages that stand beside. `choices`: what the reader voted for, which no other reader is shown."""

    messages: Sequence[Message]
    has_earlier: bool
    also: Sequence[Message]
    surroundings: Surroundings
    choices: Mapping[tuple[MessageId, PersonId], int]

    @property
    def votes(self) -> dict[str, int]:
        return {show_message(message_id): option for (message_id, _), option in self.choices.items()}


def newest(tx: Tx, chats: Chats, reader: PersonId, chat: Chat, also: Sequence[Message] = ()) -> Excerpt:
    return _read(tx, chats, reader, chat, None, also)


def before(tx: Tx, chats: Chats, reader: PersonId, chat: Chat, message_id: MessageId | None) -> Excerpt:
    """`message_id` is None for what cannot be the id of any message."""
    if message_id is None:
        raise message_store.no_such_message()
    return _read(tx, chats, reader, chat, message_id, ())


def _read(
    tx: Tx, chats: Chats, reader: PersonId, chat: Chat, end: MessageId | None, also: Sequence[Message]
) -> Excerpt:
    found = message_store.list_shown(tx, chat.org_id, chat.id, SHOWN + 1, before=end)
    messages = found[-SHOWN:]
    shown = [*also, *messages]
    return Excerpt(
        messages,
        len(found) > SHOWN,
        also,
        surroundings.read(tx, chats, chat.org_id, shown),
        votes.choices(tx, chat.org_id, [message.id for message in shown], [reader]),
    )
