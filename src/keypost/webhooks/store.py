from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Row, delete, insert, select, tuple_, update

from keypost.db.tables import ingress
from keypost.db.tx import Tx
from keypost.ids import AppId, IngressId, OrgId, PersonId
from keypost.webhooks.model import Entry, Ingress, Outcome

_texts = msgspec.json.Decoder(dict[str, str])
_persons = msgspec.json.Decoder(tuple[PersonId, ...])


def add(tx: Tx, request: Ingress) -> None:
    tx.run(
        insert(ingress).values(
            org_id=request.org_id,
            id=request.id,
            app_id=request.app_id,
            bot_id=request.bot_id,
            token_id=request.token_id,
            person_id=request.person_id,
            reader_ids=None if request.reader_ids is None else msgspec.json.encode(request.reader_ids).decode(),
            method=request.method,
            headers=msgspec.json.encode(request.headers).decode(),
            params=msgspec.json.encode(request.params).decode(),
            body=request.body,
            received_at=tx.now,
            attempts=0,
            next_attempt_at=tx.now,
            detail="",
        )
    )


def find_open(tx: Tx, org_id: OrgId, ingress_id: IngressId) -> Ingress | None:
    row = tx.one(
        select(ingress).where(ingress.c.org_id == org_id, ingress.c.id == ingress_id, ingress.c.ended_at.is_(None))
    )
    return _to_ingress(row) if row is not None else None


def list_open(tx: Tx) -> list[tuple[OrgId, IngressId, AppId, int]]:
    """What is not handled yet, for which app, with the time of its next attempt: the queue at start."""
    rows = tx.all(
        select(*ingress.c["org_id", "id", "app_id", "next_attempt_at"])
        .where(ingress.c.ended_at.is_(None))
        .order_by(ingress.c.next_attempt_at)
    )
    return [(OrgId(row.org_id), IngressId(row.id), AppId(row.app_id), row.next_attempt_at) for row in rows]


def list_entries(tx: Tx, org_id: OrgId, app_ids: Collection[AppId], limit: int) -> list[Entry]:
    """The newest requests to some apps, newest first."""
    rows = tx.all(
        select(*ingress.c["id", "token_id", "received_at", "method", "outcome", "detail", "attempts"])
        .where(ingress.c.org_id == org_id, ingress.c.app_id.in_(sorted(app_ids)))
        .order_by(ingress.c.id.desc())
        .limit(limit)
    )
    return [_to_entry(row) for row in rows]


def expect_answer(tx: Tx, request: Ingress, answer_digest: bytes, answer_until: int) -> None:
    """Opens the address at which the call that leaves now may be answered; that of an earlier call is closed."""
    _save(tx, request, {"answer_digest": answer_digest, "answer_until": answer_until})


def find_answered(tx: Tx, app_id: AppId, answer_digest: bytes) -> Ingress | None:
    """The request that a late answer belongs to, while its address can be used.

    The digest of 256 random bits is what names the row: the extension that answers has no other credential.
    """
    row = tx.one(
        select(ingress).where(
            ingress.c.app_id == app_id, ingress.c.answer_digest == answer_digest, ingress.c.answer_until > tx.now
        )
    )
    return _to_ingress(row) if row is not None else None


def close_answer(tx: Tx, request: Ingress) -> None:
    _save(tx, request, {"answer_digest": None})


def put_off(tx: Tx, request: Ingress, next_attempt_at: int, detail: str) -> bool:
    """False if it has ended meanwhile, by a late answer."""
    values = {"attempts": request.attempts + 1, "next_attempt_at": next_attempt_at, "detail": detail}
    return _save(tx, request, values)


def end(tx: Tx, request: Ingress, outcome: Outcome, detail: str) -> bool:
    """False if it had ended before: whichever answer comes first, in time or late, is the one."""
    ended: dict[str, Any] = {
        "ended_at": tx.now,
        "outcome": outcome.value,
        "next_attempt_at": None,
        "answer_digest": None,
    }
    if outcome is Outcome.HANDLED:
        # The chat has what came of it; what nobody needs any more is not kept.
        ended |= {"body": b"", "headers": "{}", "params": "{}"}
    return _save(tx, request, ended | {"attempts": request.attempts + 1, "detail": detail})


def remove_ended(tx: Tx, outcome: Outcome, before: int, at_most: int) -> int:
    """Of every organisation, the oldest first; answers how many went."""
    key = tuple_(ingress.c.org_id, ingress.c.id)
    old = select(*ingress.c["org_id", "id"]).where(ingress.c.outcome == outcome.value, ingress.c.ended_at < before)
    return tx.run(delete(ingress).where(key.in_(old.order_by(ingress.c.ended_at).limit(at_most))))


def _save(tx: Tx, request: Ingress, values: dict[str, Any]) -> bool:
    mine = (ingress.c.org_id == request.org_id, ingress.c.id == request.id, ingress.c.ended_at.is_(None))
    return tx.run(update(ingress).where(*mine).values(values)) == 1


def _to_entry(row: Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        token_id=row.token_id,
        received_at=row.received_at,
        method=row.method,
        outcome=Outcome(row.outcome) if row.outcome is not None else None,
        detail=row.detail,
        attempts=row.attempts,
    )


def _to_ingress(row: Row[Any]) -> Ingress:
    return Ingress(
        org_id=row.org_id,
        id=row.id,
        app_id=row.app_id,
        bot_id=row.bot_id,
        token_id=row.token_id,
        person_id=row.person_id,
        reader_ids=_persons.decode(row.reader_ids) if row.reader_ids is not None else None,
        method=row.method,
        headers=_texts.decode(row.headers),
        params=_texts.decode(row.params),
        body=row.body,
        attempts=row.attempts,
    )
