"""An organisation that has every row of another one under the same numbers: `org_id` alone says what is whose."""

from hashlib import sha256
from typing import Any, Final

from sqlalchemy import delete, insert, select

from keypost.db.tables import metadata
from keypost.db.tx import Tx
from keypost.ids import OrgId

DIGESTS: Final = frozenset({"digest", "nonce_digest", "answer_digest"})
"""They come before the organisation: no two rows have the same."""
Rows = dict[str, list[tuple[Any, ...]]]


def make_twin(tx: Tx, org_id: OrgId, twin_id: OrgId) -> None:
    for table in metadata.sorted_tables:
        rows = [dict(row._mapping) for row in tx.all(select(table).where(table.c.org_id == org_id))]
        tx.run(insert(table), [{name: _of_twin(name, value, twin_id) for name, value in row.items()} for row in rows])


def drop(tx: Tx, org_id: OrgId) -> None:
    for table in reversed(metadata.sorted_tables):
        tx.run(delete(table).where(table.c.org_id == org_id))


def rows_of(tx: Tx, org_id: OrgId) -> Rows:
    return {
        table.name: sorted(map(tuple, tx.all(select(table).where(table.c.org_id == org_id))), key=repr)
        for table in metadata.sorted_tables
    }


def _of_twin(name: str, value: Any, twin_id: OrgId) -> Any:
    if name == "org_id":
        return twin_id
    return sha256(value + str(twin_id).encode()).digest() if name in DIGESTS and value is not None else value
