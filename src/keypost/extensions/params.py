"""The objects that calls are made of, as the wire has them. Ids are strings, everywhere."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from keypost.chat.model import Chat, ChatKind, Message
from keypost.extensions import token_settings
from keypost.extensions.addresses import Addresses
from keypost.extensions.model import App
from keypost.ids import OrgId, show_channel, show_chat, show_message, show_token
from keypost.messages.plain import plain
from keypost.people.model import Person
from keypost.tokens.model import Token
from keypost.web.credentials import HEADER_SHOWN
from keypost_sdk.content import Button

Body = dict[str, Any]
WIRE_CHAT_TYPES: Final[Mapping[ChatKind, str]] = {
    ChatKind.CHANNEL: "channel",
    ChatKind.GROUP: "chat",
    ChatKind.DIRECT: "dm",
    ChatKind.BOT: "bot",
    ChatKind.THREAD: "thread",
}
SERVERS_OWN: Final = frozenset({"key", "input"})
"""Arguments of a function that a button's own never take the place of: they say which button it was, and what the
person gave."""


def environment(addresses: Addresses, org_id: OrgId) -> Body:
    return {"data_center": "US", "base_url": addresses.of_company(org_id), "tld": ".com"}


def access(person: Person, agent: str = "", chat: Chat | None = None) -> Body:
    """Who it was, by number alone. `agent` is what the clicking client calls itself."""
    known = {
        "user_id": str(person.id),
        "zoho_user_id": str(person.id),
        "organization": {"type": "company", "id": str(person.org_id)},
        "user_agent": agent,
    }
    if chat is None:
        return known
    within = {"parent_chat_id": show_chat(chat.org_id, chat.parent_id)} if chat.parent_id is not None else {}
    return known | {"chat_id": chat.shown_id} | within


def user(person: Person) -> Body:
    return {
        "id": str(person.id),
        "zoho_user_id": str(person.id),
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "admin": person.is_admin,
        "organization_id": str(person.org_id),
        "timezone": person.timezone,
        "country": person.country,
        "language": person.language,
    }


def chat(place: Chat) -> Body:
    """Without its members and messages: those are other people's, whom nobody asked."""
    kind = WIRE_CHAT_TYPES[place.kind]
    found = {
        "id": place.shown_id,
        "owner": "",
        "type": kind,
        "chat_type": kind,
        "title": place.title,
        "members": [],
        "recent_messages": [],
    }
    if place.unique_name is None:
        return found
    return found | {"channel_unique_name": place.unique_name, "channel_id": show_channel(place.id)}


def message(pressed: Message) -> Body:
    return {
        "is_read": False,
        "sender": {"id": str(pressed.sender.id), "first_name": pressed.sender.name},
        "time": str(pressed.at),
        "text": plain(pressed.content),
        "type": "file" if pressed.file is not None else "text",
        "id": show_message(pressed.id),
    }


def target(clicked: Button) -> Body:
    return {
        "name": clicked.label,
        "label": clicked.label,
        "hint": clicked.hint,
        "key": clicked.key,
        "type": clicked.type,
    }


def arguments(clicked: Button, given: str | None) -> Body:
    """The button's own arguments, its key, and what the person gave: the secret of a new token or a typed text. None:
    nothing was asked for.
    """
    own = {name: value for name, value in clicked.arguments.items() if name not in SERVERS_OWN}
    asked = {"input": given} if given is not None else {}
    return own | {"key": clicked.key} | asked


def token(addresses: Addresses, app: App, known: Token, replaces: Sequence[Token] = ()) -> Body:
    """Which token it is, how to use it and what its owner chose for it; never the secret."""
    declared = app.extension.manifest
    return {
        "id": show_token(known.id),
        "incoming_url": addresses.incoming(app, known.id),
        "bot_incoming_url": addresses.bot_incoming(app, known.id) if declared.bot.incoming is not None else "",
        "header": HEADER_SHOWN,
        "settings": token_settings.filled(declared.token.settings, known.settings),
        "replaces": [show_token(old.id) for old in replaces],
    }
