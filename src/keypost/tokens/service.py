from typing import Final

from msgspec.structs import replace

from keypost.caller import Caller, Scope
from keypost.clock import DAY_MS
from keypost.db.tx import Tx
from keypost.errors import Conflict, NotFound
from keypost.events import service as events
from keypost.events.model import Event, Kind
from keypost.ids import AppId, OrgId, PersonId, TokenId
from keypost.keys import Keys
from keypost.tokens import secret, store
from keypost.tokens.model import Grant, Origin, Token, TokenSecret
from keypost.tokens.register import Register
from keypost_sdk.secret import Secret

REPLACED_LIFE_MS: Final = DAY_MS
"""How long the old token of a replaced pair goes on, so that nothing posts into the void meanwhile."""
LIVE_TOKENS_MAX: Final = 50
"""Live tokens of one person. Reached only by mistake; the wall keeps a stuck script from filling the table."""


def load(tx: Tx) -> tuple[list[Token], list[TokenSecret]]:
    return store.list_all(tx)


def mint(
    tx: Tx,
    register: Register,
    keys: Keys,
    caller: Caller,
    app_id: AppId,
    grant: Grant,
    *,
    sandbox: bool,
    origin: Origin | None = None,
) -> tuple[Token, Secret]:
    """Makes a token of the caller's person for an app. The secret exists in readable form in this answer alone."""
    caller.require(Scope.PERSON)
    if len(_usable(tx, caller.org_id, caller.person_id)) >= LIVE_TOKENS_MAX:
        raise Conflict("token_limit_exceeded", f"You have {LIVE_TOKENS_MAX} live tokens. Revoke one first.")
    text = secret.new(sandbox=sandbox)
    token = Token(
        org_id=caller.org_id,
        id=TokenId(tx.new_id()),
        owner_id=caller.person_id,
        app_id=app_id,
        grant=grant,
        origin=origin,
        created_at=tx.now,
    )
    stored = TokenSecret(org_id=token.org_id, token_id=token.id, digest=keys.digest(text.reveal()))
    store.add(tx, token)
    store.add_secret(tx, stored)
    tx.on_commit(lambda: register.load([token], [stored]))
    events.emit(tx, _event(token, Kind.TOKEN_MINTED))
    return token, text


def list_live(tx: Tx, caller: Caller, app_id: AppId) -> list[Token]:
    """The caller's tokens for an app that a new one could replace, newest first."""
    return _replaceable(tx, caller.org_id, caller.person_id, app_id)


def replace_live(tx: Tx, register: Register, successor: Token) -> list[Token]:
    """Gives the tokens that the successor takes the place of an end: those made before it, never those after."""
    mine = _replaceable(tx, successor.org_id, successor.owner_id, successor.app_id)
    ending = [replace(token, expires_at=tx.now + REPLACED_LIFE_MS) for token in mine if token.id < successor.id]
    for token in ending:
        _save(tx, register, token, Kind.TOKEN_REPLACED)
    return ending


def revoke(tx: Tx, register: Register, caller: Caller, token_id: TokenId) -> Token:
    caller.require(Scope.PERSON)
    token = store.find(tx, caller.org_id, token_id)
    if token is None or token.owner_id != caller.person_id:
        raise NotFound("token_not_found", "You have no such token.")
    return end(tx, register, token, "revoked by its owner")


def end(tx: Tx, register: Register, token: Token, reason: str) -> Token:
    if token.revoked_at is not None:
        return token  # Revoking twice is a success: callers retry.

    revoked = replace(token, revoked_at=tx.now, revoked_reason=reason)
    _save(tx, register, revoked, Kind.TOKEN_REVOKED)
    return revoked


def find(tx: Tx, org_id: OrgId, token_id: TokenId) -> Token | None:
    return store.find(tx, org_id, token_id)


def list_mine(tx: Tx, caller: Caller) -> list[Token]:
    caller.require(Scope.PERSON)
    return store.list_of_owner(tx, caller.org_id, caller.person_id)


def save_uses(tx: Tx, uses: dict[tuple[OrgId, TokenId], int]) -> None:
    store.save_uses(tx, uses)


def _usable(tx: Tx, org_id: OrgId, person_id: PersonId) -> list[Token]:
    return [token for token in store.list_of_owner(tx, org_id, person_id) if token.is_usable(tx.now)]


def _replaceable(tx: Tx, org_id: OrgId, person_id: PersonId, app_id: AppId) -> list[Token]:
    """Live, made by a button, and not replaced yet. One that was made by hand serves what its owner set up by hand."""
    usable = [token for token in _usable(tx, org_id, person_id) if token.app_id == app_id]
    return [token for token in usable if token.expires_at is None and token.is_from_button]


def _save(tx: Tx, register: Register, token: Token, kind: Kind) -> None:
    store.save_end(tx, token)
    tx.on_commit(lambda: register.put(token))
    events.emit(tx, _event(token, kind))


def _event(token: Token, kind: Kind) -> Event:
    return Event(org_id=token.org_id, kind=kind, subject_id=token.id, person_id=token.owner_id)
