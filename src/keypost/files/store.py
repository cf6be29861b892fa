from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, insert, select

from keypost.db.tables import files
from keypost.db.tx import Tx
from keypost.files.model import File, Media
from keypost.ids import FileId, OrgId


def add(tx: Tx, file: File) -> None:
    tx.run(
        insert(files).values(
            org_id=file.org_id,
            id=file.id,
            digest=file.digest,
            size=file.size,
            name=file.name,
            media_type=file.media.type,
            width=file.media.width,
            height=file.media.height,
            uploaded_by=file.uploaded_by,
            created_at=tx.now,
        )
    )


def list_by_id(tx: Tx, org_id: OrgId, file_ids: Sequence[FileId]) -> list[File]:
    rows = tx.all(select(files).where(files.c.org_id == org_id, files.c.id.in_(file_ids)))
    return [_to_file(row) for row in rows]


def remove(tx: Tx, file: File) -> None:
    tx.run(delete(files).where(files.c.org_id == file.org_id, files.c.id == file.id))


def is_named(tx: Tx, digest: bytes) -> bool:
    """Whether a row of any organisation names these bytes."""
    return bool(tx.all(select(files.c.id).where(files.c.digest == digest).limit(1)))


def list_digests(tx: Tx) -> set[bytes]:
    return {row.digest for row in tx.all(select(files.c.digest).distinct())}


def _to_file(row: Row[Any]) -> File:
    return File(
        org_id=row.org_id,
        id=row.id,
        digest=row.digest,
        size=row.size,
        name=row.name,
        media=Media(row.media_type, row.width, row.height),
        uploaded_by=row.uploaded_by,
    )
