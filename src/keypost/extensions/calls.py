"""The body of a call, as the wire has it: who, where, what was clicked. Ids are strings, everywhere."""

from typing import Any, Final

from msgspec import Struct
from starlette.requests import Request

from keypost.chat.model import Chat, Message
from keypost.extensions.model import App
from keypost.ids import OrgId, TokenId, show_channel, show_message, show_token
from keypost.messages.plain import plain
from keypost.people.model import Person
from keypost.settings import Settings
from keypost.web.credentials import HEADER_SHOWN
from keypost_sdk.content import Button

Body = dict[str, Any]
USER_AGENT_MAX: Final = 300
WIRE_CHAT_TYPES: Final = {"channel": "channel", "group": "chat", "direct": "dm", "bot": "bot"}


class Call(Struct, frozen=True):
    """What is sent, without the moment and the address for a late answer: those are known when it leaves."""

    type: str
    handler: str
    name: str
    params: Body

    def body(self, now: int, response_url: str) -> Body:
        named = {"name": self.name} if self.name else {}
        late = {"response_url": response_url} if response_url else {}
        return {
            **named,
            "handler": {"type": self.handler},
            "type": self.type,
            "timestamp": now,
            **late,
            "params": self.params,
        }


class Addresses:
    """Every address that is handed out, made from the configured base address alone."""

    def __init__(self, settings: Settings) -> None:
        self._base = settings.address

    def of_company(self, org_id: OrgId) -> str:
        return f"{self._base}/company/{org_id}"

    def incoming(self, app: App, token_id: TokenId | None = None) -> str:
        """Where a third party posts for an app. With the token's id, a registered webhook tells whose it is."""
        whose = f"&token={show_token(token_id)}" if token_id is not None else ""
        return f"{self.of_company(app.org_id)}/api/v2/applications/{app.id}/incoming?appkey={app.appkey}{whose}"

    def late_answer(self, app: App, nonce: str) -> str:
        return f"{self._base}/v2/extensions/{app.id}/responses/{nonce}"


def user_agent(request: Request) -> str:
    """What the clicking client calls itself, within bounds."""
    return request.headers.get("user-agent", "")[:USER_AGENT_MAX]


def command(addresses: Addresses, person: Person, chat: Chat, name: str, arguments: str, agent: str) -> Call:
    params = {
        "environment": _environment(addresses, person.org_id),
        "access": _access(person, agent, chat),
        "user": user(person),
        "chat": _chat(chat),
        "arguments": arguments,
        "mentions": [],
    }
    return Call("command", "execution_handler", name, params)


def button(
    addresses: Addresses,
    person: Person,
    chat: Chat,
    message: Message,
    clicked: Button,
    function: str,
    agent: str,
) -> Call:
    params = {
        "environment": _environment(addresses, person.org_id),
        "access": _access(person, agent, chat) | {"message_id": show_message(message.id)},
        "user": user(person),
        "chat": _chat(chat),
        "message": _message(message),
        "target": {
            "name": clicked.label,
            "label": clicked.label,
            "hint": clicked.hint,
            "key": clicked.key,
            "type": clicked.type,
        },
        "event": "click",
        "arguments": {"key": clicked.key},
    }
    return Call("function", "button_handler", function, params)


def with_token(call: Call, addresses: Addresses, app: App, token_id: TokenId, secret: str) -> Call:
    """The same call with the minted secret where the wire has it, and where to use it."""
    arguments = call.params["arguments"] | {"input": secret}
    params = call.params | {"arguments": arguments, "token": token(addresses, app, token_id)}
    return Call(call.type, call.handler, call.name, params)


def incoming(addresses: Addresses, app: App, person: Person, token_id: TokenId, request: dict[str, Any]) -> Call:
    """`request` has headers, params, body and http_method: what the third party sent, without credentials."""
    params = {
        "environment": _environment(addresses, person.org_id),
        "access": _access(person, "", None),
        "user": user(person),
        "appkey": app.appkey,
        "token": token(addresses, app, token_id),
        **request,
    }
    return Call("extension", "incomingwebhook_handler", "", params)


def token(addresses: Addresses, app: App, token_id: TokenId) -> Body:
    """Which token it is and how to use it; never the secret."""
    return {
        "id": show_token(token_id),
        "incoming_url": addresses.incoming(app, token_id),
        "header": HEADER_SHOWN,
    }


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


def _environment(addresses: Addresses, org_id: OrgId) -> Body:
    return {"data_center": "US", "base_url": addresses.of_company(org_id), "tld": ".com"}


def _access(person: Person, agent: str, chat: Chat | None) -> Body:
    access = {
        "user_id": str(person.id),
        "zoho_user_id": str(person.id),
        "organization": {"type": "company", "id": str(person.org_id)},
        "user_agent": agent,
    }
    return access | {"chat_id": chat.shown_id} if chat is not None else access


def _chat(chat: Chat) -> Body:
    """Without its members and messages: an extension gets those when a manifest asks for them and a person agrees."""
    kind = WIRE_CHAT_TYPES[chat.kind.value]
    found = {
        "id": chat.shown_id,
        "owner": "",
        "type": kind,
        "chat_type": kind,
        "title": chat.title,
        "members": [],
        "recent_messages": [],
    }
    if chat.unique_name is None:
        return found
    return found | {"channel_unique_name": chat.unique_name, "channel_id": show_channel(chat.id)}


def _message(message: Message) -> Body:
    return {
        "is_read": False,
        "sender": {"id": str(message.sender.id), "first_name": message.sender.name},
        "time": str(message.at),
        "text": plain(message.content),
        "type": "text",
        "id": show_message(message.id),
    }
