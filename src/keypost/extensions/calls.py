"""The body of a call, as the wire has it: who, where, what was clicked.

Personal data goes out by `permissions` alone: what the extension's manifest asks for and the person has agreed to.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct
from starlette.requests import Request

from keypost.chat.model import Bot, Chat, Message
from keypost.extensions import params
from keypost.extensions.addresses import Addresses
from keypost.extensions.manifest import LifeHandler, Permission
from keypost.extensions.model import App
from keypost.extensions.params import Body
from keypost.ids import show_message
from keypost.people.model import Person
from keypost.tokens.model import Token
from keypost_sdk.content import Button

USER_AGENT_MAX: Final = 300
INCOMING: Final = "incomingwebhook_handler"

Permissions = frozenset[Permission]


class Call(Struct, frozen=True):
    """What is sent, without the moment and the address for a late answer: those are known when it leaves.

    `unique_name` is a bot's.
    """

    type: str
    handler: str
    name: str
    params: Body
    unique_name: str = ""

    def body(self, now: int, response_url: str) -> Body:
        named = {"name": self.name} if self.name else {}
        if self.unique_name:
            named["unique_name"] = self.unique_name
        late = {"response_url": response_url} if response_url else {}
        return {
            **named,
            "handler": {"type": self.handler},
            "type": self.type,
            "timestamp": now,
            **late,
            "params": self.params,
        }


def user_agent(request: Request) -> str:
    """What the clicking client calls itself, within bounds."""
    return request.headers.get("user-agent", "")[:USER_AGENT_MAX]


def command(
    addresses: Addresses, person: Person, chat: Chat, name: str, arguments: str, agent: str, permissions: Permissions
) -> Call:
    sent = {
        "environment": params.environment(addresses, person.org_id),
        "access": params.access(person, agent, chat),
        **_personal(permissions, person, chat),
        "arguments": arguments,
        "options": {},
        "selections": [],
        "mentions": [],
    }
    return Call("command", "execution_handler", name, sent)


def button(
    addresses: Addresses,
    person: Person,
    chat: Chat,
    message: Message,
    clicked: Button,
    function: str,
    given: str | None,
    agent: str,
    permissions: Permissions,
) -> Call:
    """`given` is what the person gave in the dialog: a text, or the secret that was minted for this call alone."""
    sent = {
        "environment": params.environment(addresses, person.org_id),
        "access": params.access(person, agent, chat) | {"message_id": show_message(message.id)},
        **_personal(permissions, person, chat, message),
        "target": params.target(clicked),
        "event": "click",
        "arguments": params.arguments(clicked, given),
    }
    return Call("function", "button_handler", function, sent)


def with_token(call: Call, addresses: Addresses, app: App, minted: Token, replaces: Sequence[Token]) -> Call:
    """The same call with the token that it brings, and those whose place that takes."""
    sent = call.params | {"token": params.token(addresses, app, minted, replaces)}
    return Call(call.type, call.handler, call.name, sent)


def incoming(
    addresses: Addresses,
    app: App,
    bot: Bot | None,
    owner: Person,
    token: Token | None,
    request: dict[str, Any],
    permissions: Permissions,
) -> Call:
    """For the app's own handler or its bot's. `request` has headers, params, body and http_method: what the third party
    sent, without credentials. Without a `token` it came with the owner's API token.
    """
    sent = {
        "environment": params.environment(addresses, owner.org_id),
        "access": params.access(owner),
        **_personal(permissions, owner),
        "appkey": app.appkey,
        **({"token": params.token(addresses, app, token)} if token is not None else {}),
        **request,
    }
    if bot is None:
        return Call("extension", INCOMING, "", sent)
    return Call("bot", INCOMING, bot.name, sent, unique_name=bot.unique_name)


def token_ended(
    addresses: Addresses, app: App, owner: Person, ended: Token, ended_at: int, permissions: Permissions
) -> Call:
    """`ended_at` is milliseconds since 1970, UTC."""
    sent = {
        "environment": params.environment(addresses, owner.org_id),
        "access": params.access(owner),
        **_personal(permissions, owner),
        "appkey": app.appkey,
        "token": params.token(addresses, app, ended),
        "serves": msgspec.to_builtins(ended.serves),
        "reason": ended.reason,
        "ended_at": ended_at,
    }
    return Call("extension", LifeHandler.TOKEN_ENDED.value, "", sent)


def _personal(
    permissions: Permissions, person: Person, chat: Chat | None = None, message: Message | None = None
) -> Body:
    known = {
        Permission.USER: params.user(person),
        Permission.CHAT: params.chat(chat) if chat is not None else None,
        Permission.MESSAGE: params.message(message) if message is not None else None,
    }
    return {kind.value: data for kind, data in known.items() if kind in permissions and data is not None}
