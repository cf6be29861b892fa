from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from keypost.caller import Caller, Scope
from keypost.clock import DAY_MS
from keypost.db.tx import Tx
from keypost.errors import Conflict, NotFound
from keypost.events import service as events
from keypost.events.model import Event, Kind
from keypost.ids import AppId, OrgId, PersonId, TokenId
from keypost.keys import Keys
from keypost.people.administration import is_admin, require_admin
from keypost.people.directory import People
from keypost.tokens import secret, store
from keypost.tokens.model import Grant, Origin, Token, TokenSecret, Told
from keypost.tokens.register import Register
from keypost_sdk.content import Served
from keypost_sdk.secret import Secret

REPLACED_LIFE_MS: Final = DAY_MS
"""How long the old token of a replaced pair goes on, so that nothing posts into the void meanwhile."""
LIVE_TOKENS_MAX: Final = 50
"""Live tokens of one person. Reached only by mistake; the wall keeps a stuck script from filling the table."""
LOADED_AT_ONCE: Final = 5_000

BY_OWNER: Final = "revoked by its owner"
BY_ADMIN: Final = "revoked by an admin"
REPLACED: Final = "replaced by a newer token"
DEPARTED: Final = "its owner has left"
"""Why a token ends, in words for its owner and for its extension."""


def load(tx: Tx, at_once: int = LOADED_AT_ONCE) -> tuple[list[Token], list[TokenSecret]]:
    """Every token of every organisation; so many rows are read at once."""
    return store.list_all(tx, at_once)


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
    settings: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[Token, Secret]:
    """Makes a token of the caller's person for an app. The secret exists in readable form in this answer alone.

    `settings` are judged already, by what its extension declares.
    """
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
        settings=dict(settings),
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
    end = tx.now + REPLACED_LIFE_MS
    ending = [replace(token, expires_at=end, revoked_reason=REPLACED) for token in mine if token.id < successor.id]
    for token in ending:
        _save(tx, register, token, Kind.TOKEN_REPLACED)
    return ending


def revoke(tx: Tx, register: Register, people: People, caller: Caller, token_id: TokenId) -> Token:
    """One's own; an admin anybody's."""
    token = get_visible(tx, people, caller, token_id)
    return end(tx, register, token, BY_OWNER if token.owner_id == caller.person_id else BY_ADMIN)


def end(tx: Tx, register: Register, token: Token, reason: str) -> Token:
    if token.ended_at(tx.now) is not None:
        return token  # Revoking twice is a success: callers retry.

    revoked = replace(token, revoked_at=tx.now, revoked_reason=reason)
    _save(tx, register, revoked, Kind.TOKEN_REVOKED)
    return revoked


def end_of_apps(tx: Tx, register: Register, org_id: OrgId, app_ids: Collection[AppId], reason: str) -> None:
    """Ends everybody's tokens for some apps."""
    for token in store.list_unrevoked_of_apps(tx, org_id, app_ids):
        end(tx, register, token, reason)


def end_all(tx: Tx, register: Register, known: Iterable[Token], reason: str) -> None:
    """Ends these tokens, as they are now: what the caller knows of them may be older."""
    for known_token in known:
        token = store.find(tx, known_token.org_id, known_token.id)
        if token is not None:
            end(tx, register, token, reason)


def set_serves(tx: Tx, register: Register, org_id: OrgId, token_id: TokenId, serves: Sequence[Served]) -> None:
    """Notes what a token's extension says that it connects from now on."""
    token = store.find(tx, org_id, token_id)
    if token is not None and token.serves != tuple(serves):
        _change(tx, register, replace(token, serves=tuple(serves)))


def set_settings(tx: Tx, register: Register, caller: Caller, token_id: TokenId, settings: Mapping[str, Any]) -> Token:
    """What the owner chooses for a token that is there already. `settings` are judged, as for `mint`."""
    token = find_mine(tx, caller, token_id)
    if token is None:
        raise _not_found()
    _require_usable(tx, token)
    if token.settings == settings:
        return token
    return _change(tx, register, replace(token, settings=dict(settings)))


def set_budget(
    tx: Tx, register: Register, people: People, caller: Caller, token_id: TokenId, budget: int | None
) -> Token:
    """Posts a minute of a token, by an admin: its owner is the one whom the budget bounds. None: as the organisation
    says.
    """
    require_admin(people, caller)
    token = get_visible(tx, people, caller, token_id)
    _require_usable(tx, token)
    if token.grant.budget == budget:
        return token

    changed = replace(token, grant=replace(token.grant, budget=budget))
    store.save_budget(tx, changed)
    return _changed(tx, register, changed)


def find(tx: Tx, org_id: OrgId, token_id: TokenId) -> Token | None:
    return store.find(tx, org_id, token_id)


def find_mine(tx: Tx, caller: Caller, token_id: TokenId) -> Token | None:
    caller.require(Scope.PERSON)
    token = store.find(tx, caller.org_id, token_id)
    return token if token is not None and token.owner_id == caller.person_id else None


def get_visible(tx: Tx, people: People, caller: Caller, token_id: TokenId) -> Token:
    """One's own; an admin sees everybody's. To all others a token of somebody else does not exist."""
    of_org = is_admin(people, caller)
    token = store.find(tx, caller.org_id, token_id) if of_org else find_mine(tx, caller, token_id)
    if token is None:
        raise _not_found()
    return token


def list_mine(tx: Tx, caller: Caller) -> list[Token]:
    caller.require(Scope.PERSON)
    return store.list_of_owner(tx, caller.org_id, caller.person_id)


def list_all_of_org(tx: Tx, people: People, caller: Caller) -> list[Token]:
    """Everybody's tokens, for an admin: those that have not ended first, newest first."""
    require_admin(people, caller)
    return store.list_of_org(tx, caller.org_id)


def list_untold(tx: Tx) -> list[Token]:
    """The tokens of every organisation that have ended while their extensions do not know it yet, oldest first."""
    return store.list_untold(tx)


def find_untold(tx: Tx, org_id: OrgId, token_id: TokenId) -> Token | None:
    return store.find_untold(tx, org_id, token_id)


def next_end(tx: Tx) -> int | None:
    """When the next token ends by itself; None if none will."""
    return store.next_expiry(tx)


def note_told(tx: Tx, token: Token, outcome: Told) -> None:
    store.save_told(tx, token, outcome)


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


def _require_usable(tx: Tx, token: Token) -> None:
    if not token.is_usable(tx.now):
        raise Conflict("token_over", "This token has ended. Nothing about it can be changed any more.")


def _change(tx: Tx, register: Register, token: Token) -> Token:
    store.save_choice(tx, token)
    return _changed(tx, register, token)


def _changed(tx: Tx, register: Register, token: Token) -> Token:
    tx.on_commit(lambda: register.put(token))
    events.emit(tx, _event(token, Kind.TOKEN_CHANGED))
    return token


def _not_found() -> NotFound:
    return NotFound("token_not_found", "You have no such token.")


def _event(token: Token, kind: Kind) -> Event:
    return Event(org_id=token.org_id, kind=kind, subject_id=token.id, person_id=token.owner_id)
