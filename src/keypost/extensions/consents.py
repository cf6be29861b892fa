"""Which personal data a person lets an extension have. Asked once, and again for what its manifest wants besides."""

from keypost.db.tx import Tx
from keypost.extensions import consent_store as store
from keypost.extensions.manifest import Permission
from keypost.extensions.model import Extension
from keypost.people.model import Person


def permissions_of(tx: Tx, person: Person, extension: Extension) -> frozenset[Permission]:
    """What a call may carry: what the manifest names now and the person has agreed to."""
    return extension.manifest.permissions & store.find(tx, person.org_id, person.id, extension.id)


def missing(tx: Tx, person: Person, extension: Extension) -> frozenset[Permission]:
    """What the person has still to be asked for."""
    return extension.manifest.permissions - store.find(tx, person.org_id, person.id, extension.id)


def give(tx: Tx, person: Person, extension: Extension, permissions: frozenset[Permission]) -> None:
    given = store.find(tx, person.org_id, person.id, extension.id)
    if not permissions <= given:
        store.save(tx, person.org_id, person.id, extension.id, given | permissions)
