"""Which button a token was asked for with: what tells two tokens of one extension apart for whoever made them."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from keypost.chat import service as chat
from keypost.chat.directory import Chats, is_member
from keypost.chat.model import Message
from keypost.db.tx import Tx
from keypost.ids import MessageId, OrgId, PersonId, show_message
from keypost.tokens.model import Origin, Token
from keypost_sdk.content import buttons_of


class Asker(Struct, frozen=True):
    """The button as its message has it now, and the message. `label` is empty for a button that is not there any more,
    and for one that has none of its own.
    """

    label: str
    sender_name: str
    sent_at: int
    href: str


def read(tx: Tx, chats: Chats, org_id: OrgId, reader: PersonId, found: Sequence[Token]) -> Mapping[Origin, Asker]:
    """For the origins of tokens in chats in which the reader takes part; nobody else learns what was said there."""
    origins = {token.origin for token in found if token.origin is not None and _is_seen(chats, org_id, reader, token)}
    ids = sorted({origin.message_id for origin in origins if origin.message_id is not None})
    messages = {message.id: message for message in chat.list_by_id(tx, org_id, ids)} if ids else {}
    return {origin: asker for origin in origins if (asker := _asker(chats, origin, messages)) is not None}


def _is_seen(chats: Chats, org_id: OrgId, reader: PersonId, token: Token) -> bool:
    place = chats.find(org_id, token.origin.chat_id) if token.origin is not None else None
    return place is not None and is_member(place, reader)


def _asker(chats: Chats, origin: Origin, messages: Mapping[MessageId, Message]) -> Asker | None:
    message = messages.get(origin.message_id) if origin.message_id is not None else None
    if message is None or message.is_deleted:
        return None
    labels = {path: button.label for path, button in buttons_of(message.content)}
    place = chats.get(message.org_id, origin.chat_id)
    return Asker(
        label=labels.get(origin.button or "", ""),
        sender_name=message.sender.name,
        sent_at=message.at,
        href=f"/chats/{place.shown_id}#m-{show_message(message.id)}",
    )
