"""The question between a click or a command and its call: put from what the server knows, answered once."""

import secrets
from typing import Final

from msgspec import Struct

from keypost.caller import Caller, Scope
from keypost.chat.model import Chat
from keypost.clock import DAY_MS
from keypost.db.tx import Tx
from keypost.errors import Conflict
from keypost.extensions import begun, consents, minting
from keypost.extensions import dialog_store as store
from keypost.extensions.asked import Asked, Pressed, Typed, as_asked, find_pressed, find_typed
from keypost.extensions.begun import Begun, Given
from keypost.extensions.desk import Desk
from keypost.extensions.manifest import Permission
from keypost.extensions.model import DIALOG_LIFE_MS, Dialog
from keypost.ids import MessageId
from keypost.keys import Keys
from keypost.tokens import service as tokens
from keypost.tokens.model import Token

NONCE_BYTES: Final = 32
KEPT_MS: Final = DAY_MS
"""From a dialog's end: everybody who presses a button makes one."""
AT_ONCE: Final = 500
"""Dialogs of one transaction: others wait to write."""


class Question(Struct, frozen=True, kw_only=True):
    """What a person is asked. `nonce` answers it, once; `permissions` are the personal data it asks consent for;
    `live` are the tokens that a new one could take the place of, newest first.
    """

    nonce: str
    asked: Asked
    permissions: frozenset[Permission]
    live: tuple[Token, ...]


def press(
    tx: Tx, desk: Desk, caller: Caller, chat: Chat, message_id: MessageId | None, path: str, agent: str
) -> Question | Begun | None:
    """None for a button whose function is nobody's, or not clear whose."""
    caller.require(Scope.PERSON)
    pressed = find_pressed(tx, desk, caller, chat, message_id, path)
    return _go(tx, desk, caller, pressed, agent) if pressed is not None else None


def run_command(
    tx: Tx, desk: Desk, caller: Caller, chat: Chat, name: str, arguments: str, agent: str
) -> Question | Begun:
    caller.require(Scope.PERSON)
    return _go(tx, desk, caller, find_typed(tx, desk, caller, chat, name, arguments), agent)


def accept(tx: Tx, desk: Desk, caller: Caller, nonce: str, given: Given, agent: str) -> Begun:
    """Uses up the nonce, notes the consent, and begins the call; all of it or nothing."""
    caller.require(Scope.PERSON)
    dialog = store.take(tx, caller.org_id, caller.person_id, desk.keys.digest(nonce))
    if dialog is None:
        raise Conflict("dialog_over", "This dialog was answered already, or is too old. Start again.")
    asked = as_asked(tx, desk, dialog)
    consents.give(tx, asked.person, asked.app.extension, dialog.permissions)
    return begun.begin(tx, desk, caller, asked, given, agent)


def forget_old(tx: Tx, now: int) -> int:
    """Some of every organisation's; answers how many went, 0 when none is left."""
    return store.remove_expired(tx, now - KEPT_MS, AT_ONCE)


def _go(tx: Tx, desk: Desk, caller: Caller, asked: Asked, agent: str) -> Question | Begun:
    """The call, if it may leave at once; else the question that stands before it."""
    if isinstance(asked, Typed):
        begun.refuse_secret(desk, asked.said)
    elif asked.wants_token:
        minting.require_may_mint(tx, desk.people, asked.person, asked.app.extension)
    permissions = consents.missing(tx, asked.person, asked.app.extension)
    if not permissions and (isinstance(asked, Typed) or asked.confirm is None):
        return begun.begin(tx, desk, caller, asked, Given(), agent)
    wants_token = isinstance(asked, Pressed) and asked.wants_token
    live = tokens.list_live(tx, caller, asked.app.id) if wants_token else ()
    nonce = _put(tx, desk.keys, asked, permissions)
    return Question(nonce=nonce, asked=asked, permissions=permissions, live=tuple(live))


def _put(tx: Tx, keys: Keys, asked: Asked, permissions: frozenset[Permission]) -> str:
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    dialog = Dialog(
        org_id=asked.person.org_id,
        id=tx.new_id(),
        person_id=asked.person.id,
        chat_id=asked.chat.id,
        message_id=asked.message.id if isinstance(asked, Pressed) else None,
        button=asked.path if isinstance(asked, Pressed) else None,
        asked=asked.said,
        permissions=permissions,
        app_id=asked.app.id,
        function=asked.function,
        function_address=asked.address,
    )
    store.add(tx, dialog, keys.digest(nonce), tx.now + DIALOG_LIFE_MS)
    return nonce
