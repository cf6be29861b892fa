from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, false, func, insert, or_, select, tuple_, update

from keypost.caller import Scope
from keypost.db.tables import token_secrets, tokens
from keypost.db.tx import Tx
from keypost.ids import AppId, OrgId, PersonId, TokenId
from keypost.keys import CURRENT_KEY
from keypost.tokens.model import Carrier, Grant, Origin, OwnerKind, Token, TokenSecret, Told
from keypost_sdk.content import Served

PAGE: Final = 200
ORG_PAGE: Final = 1_000
"""Tokens of an organisation that are listed at once: twenty people with all that they may have."""
GRANTS_HELD: Final = 1_024

_settings: Final = msgspec.json.Decoder(dict[str, Any])
_serves: Final = msgspec.json.Decoder(tuple[Served, ...])


def add(tx: Tx, token: Token) -> None:
    origin = token.origin
    tx.run(
        insert(tokens).values(
            org_id=token.org_id,
            id=token.id,
            owner_kind=token.owner_kind.value,
            owner_id=token.owner_id,
            app_id=token.app_id,
            origin_chat_id=origin.chat_id if origin else None,
            origin_message_id=origin.message_id if origin else None,
            origin_button=origin.button if origin else None,
            scope=_text(sorted(token.grant.scope)),
            carriers=_text(sorted(token.grant.carriers)),
            networks=_text(token.grant.networks),
            budget=token.grant.budget,
            created_at=token.created_at,
            settings=_text(token.settings),
            serves=_text(token.serves),
        )
    )


def add_secret(tx: Tx, secret: TokenSecret) -> None:
    tx.run(
        insert(token_secrets).values(
            org_id=secret.org_id,
            id=tx.new_id(),
            token_id=secret.token_id,
            digest=secret.digest,
            key_id=CURRENT_KEY,
            created_at=tx.now,
            retires_at=secret.retires_at,
        )
    )


def save_end(tx: Tx, token: Token) -> None:
    tx.run(
        update(tokens)
        .where(tokens.c.org_id == token.org_id, tokens.c.id == token.id)
        .values(
            expires_at=token.expires_at,
            paused_at=token.paused_at,
            revoked_at=token.revoked_at,
            revoked_reason=token.revoked_reason,
        )
    )


def save_choice(tx: Tx, token: Token) -> None:
    """What its owner or its extension may change of it."""
    tx.run(
        update(tokens)
        .where(tokens.c.org_id == token.org_id, tokens.c.id == token.id)
        .values(settings=_text(token.settings), serves=_text(token.serves))
    )


def save_budget(tx: Tx, token: Token) -> None:
    tx.run(
        update(tokens).where(tokens.c.org_id == token.org_id, tokens.c.id == token.id).values(budget=token.grant.budget)
    )


def save_told(tx: Tx, token: Token, outcome: Told) -> None:
    tx.run(
        update(tokens)
        .where(tokens.c.org_id == token.org_id, tokens.c.id == token.id)
        .values(told_at=tx.now, told_outcome=outcome.value)
    )


def save_uses(tx: Tx, uses: dict[tuple[OrgId, TokenId], int]) -> None:
    tx.run(
        update(tokens)
        .where(tokens.c.org_id == bindparam("org"), tokens.c.id == bindparam("token"))
        .values(last_used_at=bindparam("used")),
        [{"org": org_id, "token": token_id, "used": used} for (org_id, token_id), used in uses.items()],
    )


def find(tx: Tx, org_id: OrgId, token_id: TokenId) -> Token | None:
    row = tx.one(select(tokens).where(tokens.c.org_id == org_id, tokens.c.id == token_id))
    return to_token(row) if row is not None else None


def list_of_owner(tx: Tx, org_id: OrgId, person_id: PersonId) -> list[Token]:
    """The person's tokens that have not ended, newest first, then the newest of those that have."""
    rows = tx.all(
        select(tokens)
        .where(
            tokens.c.org_id == org_id,
            tokens.c.owner_kind == OwnerKind.PERSON.value,
            tokens.c.owner_id == person_id,
        )
        .order_by(_has_ended(tx), tokens.c.id.desc())
        .limit(PAGE)
    )
    return [to_token(row) for row in rows]


def list_of_org(tx: Tx, org_id: OrgId) -> list[Token]:
    """Everybody's tokens that have not ended, newest first, then the newest of those that have."""
    rows = tx.all(
        select(tokens).where(tokens.c.org_id == org_id).order_by(_has_ended(tx), tokens.c.id.desc()).limit(ORG_PAGE)
    )
    return [to_token(row) for row in rows]


def list_unrevoked_of_apps(tx: Tx, org_id: OrgId, app_ids: Collection[AppId]) -> list[Token]:
    mine = and_(tokens.c.org_id == org_id, tokens.c.app_id.in_(sorted(app_ids)))
    rows = tx.all(select(tokens).where(mine, tokens.c.revoked_at.is_(None)).order_by(tokens.c.id))
    return [to_token(row) for row in rows]


def list_untold(tx: Tx) -> list[Token]:
    return [to_token(row) for row in tx.all(select(tokens).where(_is_untold(tx)).order_by(tokens.c.id))]


def find_untold(tx: Tx, org_id: OrgId, token_id: TokenId) -> Token | None:
    row = tx.one(select(tokens).where(tokens.c.org_id == org_id, tokens.c.id == token_id, _is_untold(tx)))
    return to_token(row) if row is not None else None


def next_expiry(tx: Tx) -> int | None:
    next_one = func.min(tokens.c.expires_at).label("at")
    row = tx.one(select(next_one).where(tokens.c.told_at.is_(None), tokens.c.expires_at > tx.now))
    return row.at if row is not None else None


def list_all(tx: Tx, at_once: int) -> tuple[list[Token], list[TokenSecret]]:
    """Every token of every organisation, for the register at start: ended ones still say whose messages theirs were."""
    rows = _each(tx, select(*token_secrets.c["org_id", "id", "token_id", "digest", "retires_at"]), at_once)
    return [to_token(row) for row in _each(tx, select(tokens), at_once)], [
        TokenSecret(org_id=row.org_id, token_id=row.token_id, digest=row.digest, retires_at=row.retires_at)
        for row in rows
    ]


def _each(tx: Tx, query: Select[Any], at_once: int) -> Iterator[Row[Any]]:
    """Every row, of which few are held at once: all of them take more memory than what is made of them."""
    key = query.selected_columns["org_id", "id"]
    some = query.order_by(*key).limit(at_once)
    page = tx.all(some)
    while page:
        yield from page
        page = tx.all(some.where(tuple_(*key) > tuple_(page[-1].org_id, page[-1].id)))


def to_token(row: Row[Any]) -> Token:
    origin = None
    if row.origin_chat_id is not None:
        origin = Origin(chat_id=row.origin_chat_id, message_id=row.origin_message_id, button=row.origin_button)
    return Token(
        org_id=row.org_id,
        id=row.id,
        owner_kind=OwnerKind(row.owner_kind),
        owner_id=row.owner_id,
        app_id=row.app_id,
        grant=_grant(row.scope, row.carriers, row.networks, row.budget),
        origin=origin,
        created_at=row.created_at,
        expires_at=row.expires_at,
        paused_at=row.paused_at,
        revoked_at=row.revoked_at,
        revoked_reason=row.revoked_reason,
        last_used_at=row.last_used_at,
        settings=_settings.decode(row.settings),
        serves=_serves.decode(row.serves),
        told=Told(row.told_outcome) if row.told_outcome is not None else None,
    )


@lru_cache(GRANTS_HELD)
def _grant(scope: str, carriers: str, networks: str, budget: int | None) -> Grant:
    """Most tokens of an extension may do the same; memory has that once."""
    return Grant(
        scope=msgspec.json.decode(scope, type=frozenset[Scope]),
        carriers=msgspec.json.decode(carriers, type=frozenset[Carrier]),
        networks=msgspec.json.decode(networks, type=tuple[str, ...]),
        budget=budget,
    )


def _has_ended(tx: Tx) -> ColumnElement[bool]:
    return or_(tokens.c.revoked_at.is_not(None), func.coalesce(tokens.c.expires_at <= tx.now, false()))


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _is_untold(tx: Tx) -> ColumnElement[bool]:
    """Ended, and its extension does not know it yet."""
    return and_(tokens.c.told_at.is_(None), or_(tokens.c.revoked_at.is_not(None), tokens.c.expires_at <= tx.now))
