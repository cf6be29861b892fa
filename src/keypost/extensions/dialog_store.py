from typing import Any, Final

import msgspec
from sqlalchemy import Row, and_, delete, insert, select, tuple_, update

from keypost.db.tables import dialogs
from keypost.db.tx import Tx
from keypost.extensions.manifest import Permission
from keypost.extensions.model import Dialog
from keypost.ids import OrgId, PersonId

_permissions: Final = msgspec.json.Decoder(frozenset[Permission])


def add(tx: Tx, dialog: Dialog, nonce_digest: bytes, expires_at: int) -> None:
    tx.run(
        insert(dialogs).values(
            org_id=dialog.org_id,
            id=dialog.id,
            nonce_digest=nonce_digest,
            person_id=dialog.person_id,
            chat_id=dialog.chat_id,
            message_id=dialog.message_id,
            button=dialog.button,
            asked=dialog.asked,
            permissions=msgspec.json.encode(sorted(dialog.permissions)).decode(),
            app_id=dialog.app_id,
            function=dialog.function,
            function_address=dialog.function_address,
            created_at=tx.now,
            expires_at=expires_at,
        )
    )


def take(tx: Tx, org_id: OrgId, person_id: PersonId, nonce_digest: bytes) -> Dialog | None:
    """The dialog of a nonce, which this uses up; None if it is not this person's, was used, or is too old."""
    mine = and_(
        dialogs.c.org_id == org_id,
        dialogs.c.nonce_digest == nonce_digest,
        dialogs.c.person_id == person_id,
        dialogs.c.used_at.is_(None),
        dialogs.c.expires_at > tx.now,
    )
    row = tx.one(update(dialogs).where(mine).values(used_at=tx.now).returning(dialogs))
    return _to_dialog(row) if row is not None else None


def remove_expired(tx: Tx, before: int, at_most: int) -> int:
    """Of every organisation, answered or not; answers how many went."""
    old = select(*dialogs.c["org_id", "id"]).where(dialogs.c.expires_at < before).limit(at_most)
    return tx.run(delete(dialogs).where(tuple_(*dialogs.c["org_id", "id"]).in_(old)))


def _to_dialog(row: Row[Any]) -> Dialog:
    return Dialog(
        org_id=row.org_id,
        id=row.id,
        person_id=row.person_id,
        chat_id=row.chat_id,
        message_id=row.message_id,
        button=row.button,
        asked=row.asked,
        permissions=_permissions.decode(row.permissions),
        app_id=row.app_id,
        function=row.function,
        function_address=row.function_address,
    )
