"""Which apps are switched on, for whom. One that was switched off keeps its row, with who did it."""

from collections.abc import Collection, Sequence

from sqlalchemy import insert, select, update

from keypost.db.tables import apps, installation_teams, installations
from keypost.db.tx import Tx
from keypost.extensions.model import Extension, Installation, Reach
from keypost.ids import AppId, ExtensionId, OrgId, PersonId, TeamId


def add(tx: Tx, installation: Installation, installed_by: PersonId) -> None:
    installation_id = tx.new_id()
    tx.run(
        insert(installations).values(
            org_id=installation.org_id,
            id=installation_id,
            app_id=installation.app_id,
            scope=installation.reach.value,
            installed_by=installed_by,
            created_at=tx.now,
        )
    )
    tx.run(
        insert(installation_teams),
        [
            {"org_id": installation.org_id, "installation_id": installation_id, "team_id": team_id}
            for team_id in sorted(installation.team_ids)
        ],
    )


def end(tx: Tx, org_id: OrgId, app_ids: Collection[AppId], ended_by: PersonId) -> None:
    mine = (installations.c.org_id == org_id, installations.c.app_id.in_(app_ids), installations.c.ended_at.is_(None))
    tx.run(update(installations).where(*mine).values(ended_at=tx.now, ended_by=ended_by))


def list_open(tx: Tx, org_ids: Sequence[OrgId]) -> list[Installation]:
    """Whatever is switched on for somebody there, for memory at start."""
    of_installation: dict[tuple[int, int], set[TeamId]] = {}
    for row in tx.all(select(installation_teams).where(installation_teams.c.org_id.in_(org_ids))):
        of_installation.setdefault((row.org_id, row.installation_id), set()).add(TeamId(row.team_id))
    mine = (installations.c.org_id.in_(org_ids), installations.c.ended_at.is_(None))
    return [
        Installation(
            org_id=row.org_id,
            app_id=row.app_id,
            reach=Reach(row.scope),
            team_ids=frozenset(of_installation.get((row.org_id, row.id), ())),
        )
        for row in tx.all(select(installations).where(*mine))
    ]


def is_installed(tx: Tx, extension: Extension) -> bool:
    return extension.id in list_installed(tx, extension.org_id)


def list_installed(tx: Tx, org_id: OrgId) -> frozenset[ExtensionId]:
    """The extensions that have an app which is switched on for somebody."""
    here = (
        installations.c.org_id == org_id,
        installations.c.ended_at.is_(None),
        apps.c.org_id == installations.c.org_id,
        apps.c.id == installations.c.app_id,
    )
    return frozenset(row.extension_id for row in tx.all(select(apps.c.extension_id).where(*here).distinct()))
