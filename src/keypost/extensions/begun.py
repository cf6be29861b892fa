"""A call that may leave: judged once more, stored, and its token minted where it asks for one. In one transaction."""

from collections.abc import Mapping
from typing import Any, NoReturn

from msgspec import Struct

from keypost.caller import Caller
from keypost.chat.model import Chat
from keypost.db.tx import Tx
from keypost.errors import Invalid
from keypost.extensions import calls, consents, invocations, minting, token_settings
from keypost.extensions.asked import Asked, Pressed, Typed
from keypost.extensions.calls import Call
from keypost.extensions.desk import Desk
from keypost.extensions.model import App, Face, Invocation
from keypost.tokens import service as tokens
from keypost.tokens.leaks import holds_secret
from keypost.tokens.model import Origin, Token
from keypost_sdk.secret import Secret


class Given(Struct, frozen=True, kw_only=True):
    """What a person gave in a dialog, not judged yet. `typed` is None where there was no field."""

    typed: str | None = None
    settings: Mapping[str, Any] = {}
    replaces: bool = False


class Minted(Struct, frozen=True):
    token: Token
    secret: Secret


class Begun(Struct, frozen=True):
    """`minted` is there for a call that brings a new token; the secret is here and in the call alone."""

    app: App
    chat: Chat
    call: Call
    invocation: Invocation
    late_nonce: str
    minted: Minted | None


def begin(tx: Tx, desk: Desk, caller: Caller, asked: Asked, given: Given, agent: str) -> Begun:
    match asked:
        case Typed():
            return _command(tx, desk, asked, agent)
        case Pressed() if asked.wants_token:
            return _mint(tx, desk, caller, asked, given, agent)
        case Pressed():
            return _press(tx, desk, asked, given, agent)


def refuse_secret(desk: Desk, text: str) -> None:
    """Whoever asks people to type their tokens is told none."""
    if holds_secret(text, desk.keys, desk.register, desk.people):
        raise Invalid("secret_typed", "What you typed holds a token's secret, so it went nowhere.")


def _command(tx: Tx, desk: Desk, typed: Typed, agent: str) -> Begun:
    permissions = consents.permissions_of(tx, typed.person, typed.app.extension)
    call = calls.command(desk.addresses, typed.person, typed.chat, typed.function, typed.said, agent, permissions)
    invocation, nonce = invocations.begin(tx, desk.keys, typed.app, typed.person.id, call, chat_id=typed.chat.id)
    return Begun(typed.app, typed.chat, call, invocation, nonce, None)


def _press(tx: Tx, desk: Desk, pressed: Pressed, given: Given, agent: str) -> Begun:
    if given.settings or given.replaces:
        _refuse("This dialog asks for no token.")
    typed = _typed(pressed, given.typed)
    if typed is not None:
        refuse_secret(desk, typed)
    call = _call(tx, desk, pressed, typed, agent)
    return _stored(tx, desk, pressed, call, None, replaces=False)


def _mint(tx: Tx, desk: Desk, caller: Caller, pressed: Pressed, given: Given, agent: str) -> Begun:
    app, declared = pressed.app, pressed.app.extension.manifest.token.settings
    if given.typed is not None:
        _refuse("This dialog asks for no text.")
    minting.require_may_mint(tx, desk.people, pressed.person, app.extension)
    settings = token_settings.judge(declared, given.settings)
    before = tokens.list_live(tx, caller, app.id) if given.replaces else []
    token, secret = tokens.mint(
        tx,
        desk.register,
        desk.keys,
        caller,
        app.id,
        app.grant,
        sandbox=app.face is Face.SANDBOX,
        origin=Origin(chat_id=pressed.chat.id, message_id=pressed.message.id, button=pressed.path),
        settings=settings,
    )
    call = _call(tx, desk, pressed, secret.reveal(), agent)
    call = calls.with_token(call, desk.addresses, app, token, before)
    return _stored(tx, desk, pressed, call, Minted(token, secret), replaces=given.replaces)


def _call(tx: Tx, desk: Desk, pressed: Pressed, given: str | None, agent: str) -> Call:
    return calls.button(
        desk.addresses,
        pressed.person,
        pressed.chat,
        pressed.message,
        pressed.button,
        pressed.function,
        given,
        agent,
        consents.permissions_of(tx, pressed.person, pressed.app.extension),
    )


def _stored(tx: Tx, desk: Desk, pressed: Pressed, call: Call, minted: Minted | None, *, replaces: bool) -> Begun:
    invocation, nonce = invocations.begin(
        tx,
        desk.keys,
        pressed.app,
        pressed.person.id,
        call,
        chat_id=pressed.chat.id,
        message_id=pressed.message.id,
        token_id=minted.token.id if minted else None,
        replaces=replaces,
    )
    return Begun(pressed.app, pressed.chat, call, invocation, nonce, minted)


def _typed(pressed: Pressed, typed: str | None) -> str | None:
    """What goes out as the button's input; None where its dialog asks for none."""
    if pressed.prompt is None:
        return None if typed is None else _refuse("This dialog asks for no text.")
    if not (typed or "").strip() and pressed.confirm is not None and pressed.confirm.is_mandatory:
        raise Invalid("input_missing", "Write something first: without it nothing can be done here.")
    return typed or ""


def _refuse(sentence: str) -> NoReturn:
    raise Invalid("invalid_inputs", sentence)
