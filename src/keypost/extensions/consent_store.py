from typing import Final

import msgspec
from sqlalchemy import ColumnElement, and_, insert, select, update

from keypost.db.tables import consents
from keypost.db.tx import Tx
from keypost.extensions.manifest import Permission
from keypost.ids import ExtensionId, OrgId, PersonId

_permissions: Final = msgspec.json.Decoder(frozenset[Permission])


def find(tx: Tx, org_id: OrgId, person_id: PersonId, extension_id: ExtensionId) -> frozenset[Permission]:
    """Empty for somebody who was never asked, too."""
    row = tx.one(select(consents.c.permissions).where(_of(org_id, person_id, extension_id)))
    return _permissions.decode(row.permissions) if row is not None else frozenset()


def save(
    tx: Tx, org_id: OrgId, person_id: PersonId, extension_id: ExtensionId, permissions: frozenset[Permission]
) -> None:
    given = {"permissions": msgspec.json.encode(sorted(permissions)).decode(), "given_at": tx.now}
    if not tx.run(update(consents).where(_of(org_id, person_id, extension_id)).values(given)):
        key = {"org_id": org_id, "person_id": person_id, "extension_id": extension_id}
        tx.run(insert(consents).values(key | given))


def _of(org_id: OrgId, person_id: PersonId, extension_id: ExtensionId) -> ColumnElement[bool]:
    return and_(consents.c.org_id == org_id, consents.c.person_id == person_id, consents.c.extension_id == extension_id)
