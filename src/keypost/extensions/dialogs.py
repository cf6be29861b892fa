"""The question between a click and a call: put from what the server knows, answered once."""

import secrets
from typing import Final

from msgspec import Struct

from keypost.caller import Caller, Scope
from keypost.chat import service as chat_service
from keypost.chat.judging import require_member
from keypost.chat.model import Chat, Message
from keypost.db.tx import Tx
from keypost.errors import Conflict, Forbidden, NotFound
from keypost.extensions import calls, invocations, service, store
from keypost.extensions.buttons import locate
from keypost.extensions.calls import Call
from keypost.extensions.desk import Desk
from keypost.extensions.model import DIALOG_LIFE_MS, App, Dialog, Face, Invocation
from keypost.keys import Keys
from keypost.people.model import Person
from keypost.tokens import service as tokens
from keypost.tokens.model import Origin, Token
from keypost_sdk.content import Button, InvokeFunction
from keypost_sdk.secret import Secret

NONCE_BYTES: Final = 32


class Pressed(Struct, frozen=True):
    """A button that somebody pressed, with everything it stands in."""

    person: Person
    chat: Chat
    message: Message
    path: str
    button: Button
    action: InvokeFunction
    app: App
    address: str


class Minted(Struct, frozen=True):
    token: Token
    secret: Secret


class Begun(Struct, frozen=True):
    """A call that may leave now: its invocation is stored, and its token too where it asked for one."""

    app: App
    chat: Chat
    call: Call
    invocation: Invocation
    late_nonce: str
    minted: Minted | None


def open_dialog(tx: Tx, keys: Keys, caller: Caller, pressed: Pressed) -> tuple[str, list[Token]]:
    """Stores the question; answers its one-time nonce, and the live tokens that a new one could replace."""
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    dialog = Dialog(
        org_id=caller.org_id,
        id=tx.new_id(),
        person_id=caller.person_id,
        chat_id=pressed.chat.id,
        message_id=pressed.message.id,
        button=pressed.path,
        app_id=pressed.app.id,
        function=pressed.action.data.name,
        function_address=pressed.address,
    )
    store.add_dialog(tx, dialog, keys.digest(nonce), tx.now + DIALOG_LIFE_MS)
    live = tokens.list_live(tx, caller, pressed.app.id) if pressed.button.asks_for_token else []
    return nonce, live


def accept(tx: Tx, desk: Desk, caller: Caller, nonce: str, user_agent: str, *, replaces: bool) -> Begun:
    """Uses up the nonce; stores token, digest and invocation in one transaction. The secret is in the answer alone."""
    dialog = store.take_dialog(tx, caller.org_id, caller.person_id, desk.keys.digest(nonce))
    if dialog is None:
        raise Conflict("dialog_over", "This dialog was answered already, or is too old. Press the button again.")
    return begin(tx, desk, caller, _as_asked(tx, desk, dialog), user_agent, replaces=replaces)


def begin(tx: Tx, desk: Desk, caller: Caller, pressed: Pressed, user_agent: str, *, replaces: bool = False) -> Begun:
    caller.require(Scope.PERSON)
    call = calls.button(
        desk.addresses,
        pressed.person,
        pressed.chat,
        pressed.message,
        pressed.button,
        pressed.action.data.name,
        user_agent,
    )
    minted = _mint(tx, desk, caller, pressed) if pressed.button.asks_for_token else None
    invocation, nonce = invocations.begin(
        tx,
        desk.keys,
        pressed.app,
        caller.person_id,
        call,
        chat_id=pressed.chat.id,
        message_id=pressed.message.id,
        token_id=minted.token.id if minted else None,
        replaces=replaces,
    )
    if minted is not None:
        call = calls.with_token(call, desk.addresses, pressed.app, minted.token.id, minted.secret.reveal())
    return Begun(pressed.app, pressed.chat, call, invocation, nonce, minted)


def _mint(tx: Tx, desk: Desk, caller: Caller, pressed: Pressed) -> Minted:
    app = pressed.app
    origin = Origin(chat_id=pressed.chat.id, message_id=pressed.message.id, button=pressed.path)
    token, secret = tokens.mint(
        tx, desk.register, desk.keys, caller, app.id, app.grant, sandbox=app.face is Face.SANDBOX, origin=origin
    )
    return Minted(token, secret)


def _as_asked(tx: Tx, desk: Desk, dialog: Dialog) -> Pressed:
    """What the dialog asked about, if it is all still so: rights may have changed while it was open."""
    person = desk.people.get(dialog.org_id, dialog.person_id)
    chat = require_member(desk.chats.find(dialog.org_id, dialog.chat_id), person.id)
    message = chat_service.find_message(tx, dialog.org_id, chat.id, dialog.message_id)
    app = service.find_app(tx, dialog.org_id, dialog.app_id)
    if message is None or app is None:
        raise NotFound("message_not_found", "The message with this button is gone.")
    if not service.serves(tx, app, person):
        raise Forbidden("extension_disabled", f"{app.title} is no longer installed for you.")
    address = desk.invoker.address(app)
    if address != dialog.function_address:
        raise Conflict("dialog_over", f"{app.title} has moved since you were asked. Press the button again.")
    button, action = locate(message.content, dialog.button)
    return Pressed(person, chat, message, dialog.button, button, action, app, address)
