from typing import Final

import msgspec
from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from keypost.db.tables import mint_rules
from keypost.db.tx import Tx
from keypost.extensions.model import MintRule
from keypost.ids import ExtensionId, OrgId, PersonId, TeamId

_team_ids: Final = msgspec.json.Decoder(frozenset[TeamId])


def find(tx: Tx, org_id: OrgId, extension_id: ExtensionId) -> MintRule | None:
    row = tx.one(select(mint_rules).where(_of(org_id, extension_id)))
    return (
        MintRule(who=row.who, team_ids=_team_ids.decode(row.team_ids), guests=row.guests) if row is not None else None
    )


def save(tx: Tx, org_id: OrgId, extension_id: ExtensionId, rule: MintRule, saved_by: PersonId) -> None:
    said = {
        "who": rule.who,
        "team_ids": msgspec.json.encode(sorted(rule.team_ids)).decode(),
        "guests": rule.guests,
        "saved_by": saved_by,
        "saved_at": tx.now,
    }
    if not tx.run(update(mint_rules).where(_of(org_id, extension_id)).values(said)):
        tx.run(insert(mint_rules).values({"org_id": org_id, "extension_id": extension_id} | said))


def drop(tx: Tx, org_id: OrgId, extension_id: ExtensionId) -> None:
    tx.run(delete(mint_rules).where(_of(org_id, extension_id)))


def _of(org_id: OrgId, extension_id: ExtensionId) -> ColumnElement[bool]:
    return and_(mint_rules.c.org_id == org_id, mint_rules.c.extension_id == extension_id)
