from typing import Any, Final

import msgspec
from sqlalchemy import Row, bindparam, false, func, insert, or_, select, update

from keypost.caller import Scope
from keypost.db.tables import token_secrets, tokens
from keypost.db.tx import Tx
from keypost.ids import OrgId, PersonId, TokenId
from keypost.keys import CURRENT_KEY
from keypost.tokens.model import Carrier, Grant, Origin, OwnerKind, Token, TokenSecret

PAGE: Final = 200


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
    has_ended = or_(tokens.c.revoked_at.is_not(None), func.coalesce(tokens.c.expires_at <= tx.now, false()))
    rows = tx.all(
        select(tokens)
        .where(
            tokens.c.org_id == org_id,
            tokens.c.owner_kind == OwnerKind.PERSON.value,
            tokens.c.owner_id == person_id,
        )
        .order_by(has_ended, tokens.c.id.desc())
        .limit(PAGE)
    )
    return [to_token(row) for row in rows]


def list_all(tx: Tx) -> tuple[list[Token], list[TokenSecret]]:
    """Every token of every organisation, for the register at start: ended ones still say whose messages theirs were."""
    rows = tx.all(select(*token_secrets.c["org_id", "token_id", "digest", "retires_at"]))
    return [to_token(row) for row in tx.all(select(tokens))], [
        TokenSecret(org_id=row.org_id, token_id=row.token_id, digest=row.digest, retires_at=row.retires_at)
        for row in rows
    ]


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
        grant=Grant(
            scope=msgspec.json.decode(row.scope, type=frozenset[Scope]),
            carriers=msgspec.json.decode(row.carriers, type=frozenset[Carrier]),
            networks=msgspec.json.decode(row.networks, type=tuple[str, ...]),
            budget=row.budget,
        ),
        origin=origin,
        created_at=row.created_at,
        expires_at=row.expires_at,
        paused_at=row.paused_at,
        revoked_at=row.revoked_at,
        revoked_reason=row.revoked_reason,
        last_used_at=row.last_used_at,
    )


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
