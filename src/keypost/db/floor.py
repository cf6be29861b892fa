"""The newest id that is stored: new ids continue after it, even if the clock was set back meanwhile."""

from sqlalchemy import func, select

from keypost.db.tables import metadata, orgs
from keypost.db.tx import Tx

SMALL_SEQUENCES = frozenset({"apps", "teams"})
"""Their ids do not come from the clock."""


def newest_id(tx: Tx) -> int:
    newest = 0
    for table in metadata.sorted_tables:
        if "id" not in table.c or table.name in SMALL_SEQUENCES:
            continue
        # Per organisation, so that the primary key answers without reading the table.
        for org in tx.all(select(orgs.c.org_id)):
            row = tx.one(select(func.max(table.c.id).label("newest")).where(table.c.org_id == org.org_id))
            newest = max(newest, (row.newest if row is not None else 0) or 0)
    return newest
