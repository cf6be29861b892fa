from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Select, and_, func, insert, or_, select, update

from keypost.db.tables import (
    apps,
    extensions,
    installation_teams,
    installations,
    invocations,
)
from keypost.db.tx import Tx
from keypost.extensions.manifest import Manifest
from keypost.extensions.model import App, Extension, Face, Invocation, Outcome, Reach
from keypost.ids import AppId, ExtensionId, InvocationId, OrgId, TeamId

_manifest = msgspec.json.Decoder(Manifest)


def add_extension(tx: Tx, extension: Extension) -> None:
    tx.run(
        insert(extensions).values(
            org_id=extension.org_id,
            id=extension.id,
            name=extension.manifest.name,
            source=extension.source,
            manifest=msgspec.json.encode(extension.manifest).decode(),
            signing_key=extension.signing_key,
            public_key=extension.public_key,
            created_at=tx.now,
        )
    )


def save_manifest(tx: Tx, org_id: OrgId, extension_id: ExtensionId, source: str, manifest: Manifest) -> None:
    tx.run(
        update(extensions)
        .where(extensions.c.org_id == org_id, extensions.c.id == extension_id)
        .values(manifest=msgspec.json.encode(manifest).decode(), source=source)
    )


def list_extensions(tx: Tx, org_id: OrgId) -> list[Extension]:
    """Every extension that was ever added, by name."""
    query = select(extensions).where(extensions.c.org_id == org_id).order_by(extensions.c.name)
    return [_to_extension(row) for row in tx.all(query)]


def find_extension(tx: Tx, org_id: OrgId, name: str) -> Extension | None:
    row = tx.one(select(extensions).where(extensions.c.org_id == org_id, extensions.c.name == name))
    return _to_extension(row) if row is not None else None


def newest_production_app(tx: Tx) -> int:
    row = tx.one(select(func.max(apps.c.id).label("newest")).where(apps.c.face == Face.PRODUCTION.value))
    return (row.newest if row is not None else 0) or 0


def add_app(tx: Tx, app: App) -> None:
    tx.run(
        insert(apps).values(
            org_id=app.org_id,
            id=app.id,
            extension_id=app.extension.id,
            face=app.face.value,
            appkey=app.appkey,
            created_at=tx.now,
        )
    )


def find_app(tx: Tx, org_id: OrgId, app_id: AppId) -> App | None:
    row = tx.one(_apps().where(apps.c.org_id == org_id, apps.c.id == app_id))
    return _to_app(row) if row is not None else None


def list_apps(tx: Tx, org_id: OrgId) -> list[App]:
    return [_to_app(row) for row in tx.all(_apps().where(apps.c.org_id == org_id).order_by(apps.c.id))]


def list_installed(tx: Tx, org_id: OrgId, team_ids: frozenset[TeamId]) -> list[App]:
    """The apps that serve somebody who is in these teams, production first."""
    rows = tx.all(
        _apps()
        .where(apps.c.org_id == org_id, select(installations.c.id).where(_serves(team_ids)).exists())
        .order_by(apps.c.id)
    )
    return [_to_app(row) for row in rows]


def add_invocation(tx: Tx, invocation: Invocation, answer_digest: bytes | None, answer_until: int | None) -> None:
    tx.run(
        insert(invocations).values(
            org_id=invocation.org_id,
            id=invocation.id,
            app_id=invocation.app_id,
            handler=invocation.handler,
            name=invocation.name,
            person_id=invocation.person_id,
            chat_id=invocation.chat_id,
            message_id=invocation.message_id,
            token_id=invocation.token_id,
            replaces=invocation.replaces,
            answer_digest=answer_digest,
            answer_until=answer_until,
            created_at=tx.now,
            detail="",
        )
    )


def end_invocation(tx: Tx, org_id: OrgId, invocation_id: InvocationId, outcome: Outcome, detail: str) -> None:
    tx.run(
        update(invocations)
        .where(invocations.c.org_id == org_id, invocations.c.id == invocation_id)
        .values(ended_at=tx.now, outcome=outcome.value, detail=detail)
    )


def close_answer(tx: Tx, org_id: OrgId, invocation_id: InvocationId) -> None:
    tx.run(
        update(invocations)
        .where(invocations.c.org_id == org_id, invocations.c.id == invocation_id)
        .values(answer_digest=None)
    )


def close_answers(tx: Tx, org_id: OrgId, app_ids: Collection[AppId]) -> None:
    """No late answer of these apps is expected any more."""
    mine = (invocations.c.org_id == org_id, invocations.c.app_id.in_(app_ids), invocations.c.answer_digest.is_not(None))
    tx.run(update(invocations).where(*mine).values(answer_digest=None))


def find_answer(tx: Tx, app_id: AppId, answer_digest: bytes) -> Invocation | None:
    """The invocation that a late answer belongs to, while its address can be used.

    The digest of 256 random bits is what names the row: the extension that answers has no other credential.
    """
    row = tx.one(select(invocations).where(_open_answer(tx, app_id, answer_digest)))
    return _to_invocation(row) if row is not None else None


def take_answer(tx: Tx, app_id: AppId, answer_digest: bytes) -> bool:
    return tx.run(update(invocations).where(_open_answer(tx, app_id, answer_digest)).values(answer_digest=None)) == 1


def list_unended(tx: Tx) -> list[Invocation]:
    """Calls that were under way when the server last ended."""
    return [_to_invocation(row) for row in tx.all(select(invocations).where(invocations.c.ended_at.is_(None)))]


def _open_answer(tx: Tx, app_id: AppId, answer_digest: bytes) -> ColumnElement[bool]:
    return and_(
        invocations.c.app_id == app_id,
        invocations.c.answer_digest == answer_digest,
        invocations.c.answer_until > tx.now,
    )


def _apps() -> Select[Any]:
    join = apps.join(extensions, and_(extensions.c.org_id == apps.c.org_id, extensions.c.id == apps.c.extension_id))
    own = [apps.c.id.label("app_id"), apps.c.face, apps.c.appkey]
    return select(extensions, *own).select_from(join)


def _serves(team_ids: frozenset[TeamId]) -> ColumnElement[bool]:
    of_team = (
        select(installation_teams.c.team_id)
        .where(
            installation_teams.c.org_id == installations.c.org_id,
            installation_teams.c.installation_id == installations.c.id,
            installation_teams.c.team_id.in_(sorted(team_ids)),
        )
        .exists()
    )
    return and_(
        installations.c.org_id == apps.c.org_id,
        installations.c.app_id == apps.c.id,
        installations.c.ended_at.is_(None),
        or_(installations.c.scope == Reach.ORGANISATION.value, of_team),
    )


def _to_extension(row: Row[Any]) -> Extension:
    return Extension(
        org_id=row.org_id,
        id=row.id,
        source=row.source,
        manifest=_manifest.decode(row.manifest),
        signing_key=row.signing_key,
        public_key=row.public_key,
    )


def _to_app(row: Row[Any]) -> App:
    return App(id=row.app_id, face=Face(row.face), appkey=row.appkey, extension=_to_extension(row))


def _to_invocation(row: Row[Any]) -> Invocation:
    return Invocation(
        org_id=row.org_id,
        id=row.id,
        app_id=row.app_id,
        handler=row.handler,
        name=row.name,
        person_id=row.person_id,
        chat_id=row.chat_id,
        message_id=row.message_id,
        token_id=row.token_id,
        replaces=row.replaces,
    )
