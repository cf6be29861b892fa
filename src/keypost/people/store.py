from typing import Any

import msgspec
from sqlalchemy import Row, func, insert, select, update

from keypost.caller import Scope
from keypost.db.tables import api_tokens, orgs, persons, sessions, sign_in_links, team_members, teams
from keypost.db.tx import Tx
from keypost.ids import OrgId, PersonId, TeamId
from keypost.people.model import ApiToken, Organisation, Person, Role

Found = tuple[OrgId, PersonId]


def add_org(tx: Tx, org: Organisation) -> None:
    tx.run(insert(orgs).values(org_id=org.id, name=org.name, created_at=tx.now, last_event=0, timelines_end=0))


def list_orgs(tx: Tx) -> list[Organisation]:
    return [to_org(row) for row in tx.all(select(orgs).order_by(orgs.c.org_id))]


def get_org(tx: Tx, org_id: OrgId) -> Organisation:
    (row,) = tx.all(select(orgs).where(orgs.c.org_id == org_id))
    return to_org(row)


def save_posts_per_minute(tx: Tx, org: Organisation) -> None:
    tx.run(update(orgs).where(orgs.c.org_id == org.id).values(posts_per_minute=org.posts_per_minute))


def add_person(tx: Tx, person: Person) -> None:
    tx.run(
        insert(persons).values(
            org_id=person.org_id,
            id=person.id,
            email=person.email,
            first_name=person.first_name,
            last_name=person.last_name,
            role=person.role.value,
            timezone=person.timezone,
            country=person.country,
            language=person.language,
            created_at=tx.now,
        )
    )


def deactivate(tx: Tx, org_id: OrgId, person_id: PersonId) -> None:
    tx.run(update(persons).where(persons.c.org_id == org_id, persons.c.id == person_id).values(deactivated_at=tx.now))


def end_sessions(tx: Tx, org_id: OrgId, person_id: PersonId) -> None:
    tx.run(
        update(sessions)
        .where(sessions.c.org_id == org_id, sessions.c.person_id == person_id, sessions.c.ended_at.is_(None))
        .values(ended_at=tx.now)
    )


def add_team(tx: Tx, org_id: OrgId, team_id: TeamId, name: str) -> None:
    tx.run(insert(teams).values(org_id=org_id, id=team_id, name=name, created_at=tx.now))


def add_team_member(tx: Tx, org_id: OrgId, team_id: TeamId, person_id: PersonId) -> None:
    tx.run(insert(team_members).values(org_id=org_id, team_id=team_id, person_id=person_id))


def list_persons(tx: Tx) -> list[Person]:
    """Everybody of every organisation, for the directory at start."""
    of_person: dict[tuple[int, int], set[TeamId]] = {}
    for row in tx.all(select(team_members)):
        of_person.setdefault((row.org_id, row.person_id), set()).add(TeamId(row.team_id))
    rows = tx.all(select(persons).order_by(persons.c.org_id, persons.c.id))
    return [to_person(row, frozenset(of_person.get((row.org_id, row.id), ()))) for row in rows]


def has_email(tx: Tx, org_id: OrgId, email: str) -> bool:
    """Whatever its upper and lower case, and also of somebody who has left."""
    query = select(persons.c.id).where(persons.c.org_id == org_id, func.lower(persons.c.email) == email.lower())
    return bool(tx.all(query))


def count_admins(tx: Tx, org_id: OrgId) -> int:
    admins = select(persons.c.id).where(
        persons.c.org_id == org_id, persons.c.role == Role.ADMIN.value, persons.c.deactivated_at.is_(None)
    )
    return len(tx.all(admins))


def all_team_names(tx: Tx) -> dict[tuple[OrgId, TeamId], str]:
    """Of every organisation, for the directory at start."""
    return {(OrgId(row.org_id), TeamId(row.id)): row.name for row in tx.all(select(teams))}


def add_link(tx: Tx, org_id: OrgId, person_id: PersonId, link_id: int, digest: bytes, expires_at: int) -> None:
    tx.run(
        insert(sign_in_links).values(
            org_id=org_id, id=link_id, person_id=person_id, digest=digest, created_at=tx.now, expires_at=expires_at
        )
    )


def find_link(tx: Tx, digest: bytes) -> Found | None:
    """Whose link it is, if it can still be used. The digest is the one key that comes before the organisation."""
    row = tx.one(select(sign_in_links).where(*_usable_link(tx, digest)))
    return (OrgId(row.org_id), PersonId(row.person_id)) if row is not None else None


def find_link_owner(tx: Tx, digest: bytes) -> Found | None:
    """Whose link it is or was."""
    row = tx.one(select(sign_in_links).where(sign_in_links.c.digest == digest))
    return (OrgId(row.org_id), PersonId(row.person_id)) if row is not None else None


def spend_link(tx: Tx, digest: bytes) -> bool:
    return tx.run(update(sign_in_links).where(*_usable_link(tx, digest)).values(used_at=tx.now)) == 1


def add_session(tx: Tx, org_id: OrgId, person_id: PersonId, session_id: int, digest: bytes, expires_at: int) -> None:
    tx.run(
        insert(sessions).values(
            org_id=org_id, id=session_id, person_id=person_id, digest=digest, created_at=tx.now, expires_at=expires_at
        )
    )


def find_session(tx: Tx, digest: bytes) -> Found | None:
    row = tx.one(
        select(sessions).where(
            sessions.c.digest == digest, sessions.c.ended_at.is_(None), sessions.c.expires_at > tx.now
        )
    )
    return (OrgId(row.org_id), PersonId(row.person_id)) if row is not None else None


def find_session_owner(tx: Tx, digest: bytes) -> Found | None:
    """Whose session it is or was."""
    row = tx.one(select(sessions).where(sessions.c.digest == digest))
    return (OrgId(row.org_id), PersonId(row.person_id)) if row is not None else None


def end_session(tx: Tx, digest: bytes) -> None:
    tx.run(update(sessions).where(sessions.c.digest == digest, sessions.c.ended_at.is_(None)).values(ended_at=tx.now))


def add_api_token(tx: Tx, token: ApiToken) -> None:
    tx.run(
        insert(api_tokens).values(
            org_id=token.org_id,
            id=token.id,
            person_id=token.person_id,
            digest=token.digest,
            scopes=msgspec.json.encode(sorted(token.scopes)).decode(),
            created_at=tx.now,
        )
    )


def list_api_tokens(tx: Tx) -> list[ApiToken]:
    """Everybody's that can be used, of every organisation, for memory at start."""
    return [to_api_token(row) for row in tx.all(select(api_tokens).where(api_tokens.c.revoked_at.is_(None)))]


def revoke_api_tokens(tx: Tx, org_id: OrgId, person_id: PersonId) -> None:
    tx.run(
        update(api_tokens)
        .where(api_tokens.c.org_id == org_id, api_tokens.c.person_id == person_id, api_tokens.c.revoked_at.is_(None))
        .values(revoked_at=tx.now)
    )


def to_org(row: Row[Any]) -> Organisation:
    return Organisation(id=row.org_id, name=row.name, posts_per_minute=row.posts_per_minute)


def to_api_token(row: Row[Any]) -> ApiToken:
    scopes = msgspec.json.decode(row.scopes, type=frozenset[Scope])
    return ApiToken(org_id=row.org_id, id=row.id, person_id=row.person_id, digest=row.digest, scopes=scopes)


def to_person(row: Row[Any], team_ids: frozenset[TeamId]) -> Person:
    return Person(
        org_id=row.org_id,
        id=row.id,
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        role=Role(row.role),
        timezone=row.timezone,
        country=row.country,
        language=row.language,
        deactivated_at=row.deactivated_at,
        team_ids=team_ids,
    )


def _usable_link(tx: Tx, digest: bytes) -> tuple[Any, ...]:
    """Whoever has left has none, also of those that were made for them a moment after."""
    person = (persons.c.org_id == sign_in_links.c.org_id, persons.c.id == sign_in_links.c.person_id)
    return (
        select(persons.c.id).where(*person, persons.c.deactivated_at.is_(None)).exists(),
        sign_in_links.c.digest == digest,
        sign_in_links.c.used_at.is_(None),
        sign_in_links.c.expires_at > tx.now,
    )
