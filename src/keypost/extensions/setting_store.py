from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from keypost.db.tables import extension_settings
from keypost.db.tx import Tx
from keypost.ids import ExtensionId, OrgId


def list_sealed(tx: Tx, org_id: OrgId, extension_id: ExtensionId) -> dict[str, bytes]:
    """The sealed values by name, also of settings that the manifest no longer names."""
    query = select(extension_settings.c.name, extension_settings.c.value)
    mine = (extension_settings.c.org_id == org_id, extension_settings.c.extension_id == extension_id)
    return {row.name: row.value for row in tx.all(query.where(*mine))}


def save(tx: Tx, org_id: OrgId, extension_id: ExtensionId, name: str, sealed: bytes) -> None:
    saved = {"value": sealed, "saved_at": tx.now}
    if not tx.run(update(extension_settings).where(_is(org_id, extension_id, name)).values(saved)):
        key = {"org_id": org_id, "extension_id": extension_id, "name": name}
        tx.run(insert(extension_settings).values(key | saved))


def drop(tx: Tx, org_id: OrgId, extension_id: ExtensionId, name: str) -> None:
    tx.run(delete(extension_settings).where(_is(org_id, extension_id, name)))


def _is(org_id: OrgId, extension_id: ExtensionId, name: str) -> ColumnElement[bool]:
    return and_(
        extension_settings.c.org_id == org_id,
        extension_settings.c.extension_id == extension_id,
        extension_settings.c.name == name,
    )
