from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from keypost.db.tx import Tx
from keypost.files import store
from keypost.files.cabinet import Cabinet
from keypost.files.model import File, Kept
from keypost.ids import FileId, OrgId


def add(tx: Tx, org_id: OrgId, kept: Kept) -> File:
    """A row that names the bytes. Whoever calls this holds them until the commit."""
    file = File(
        org_id=org_id,
        id=FileId(tx.new_id()),
        digest=kept.digest,
        size=kept.size,
        name=kept.name,
        media=kept.media,
        uploaded_by=kept.uploaded_by,
    )
    store.add(tx, file)
    return file


def list_by_id(tx: Tx, org_id: OrgId, file_ids: Sequence[FileId]) -> Mapping[FileId, File]:
    return {file.id: file for file in store.list_by_id(tx, org_id, file_ids)} if file_ids else {}


def find(tx: Tx, org_id: OrgId, file_id: FileId) -> File | None:
    return list_by_id(tx, org_id, [file_id]).get(file_id)


def release(tx: Tx, cabinet: Cabinet, file: File) -> None:
    """For a message that was taken back: the row goes, and with the last one that names them the bytes."""
    store.remove(tx, file)
    drop_unnamed(tx, cabinet, [file.digest])


def drop_unnamed(tx: Tx, cabinet: Cabinet, digests: Iterable[bytes]) -> None:
    """Throws away those bytes that no row names.

    It is a writing transaction that looks: what was committed before it is seen, and whoever commits after it still
    holds the bytes when this one's effects run.
    """
    for digest in set(digests):
        if not store.is_named(tx, digest):
            tx.on_commit(partial(cabinet.discard, digest))


def sweep(tx: Tx, cabinet: Cabinet) -> int:
    """At the start, before anything can arrive: throws away the bytes that a crash left without a row."""
    named = store.list_digests(tx)
    orphans = [digest for digest in cabinet.digests() if digest not in named]
    for digest in orphans:
        cabinet.discard(digest)
    return len(orphans)
