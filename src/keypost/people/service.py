"""Verbs about people. Those that composition alone calls (a first start, the demo) take no caller."""

from typing import Final

import msgspec

from keypost.caller import Scope
from keypost.clock import DAY_MS, HOUR_MS
from keypost.db.tx import Tx
from keypost.errors import NotFound
from keypost.events import service as events
from keypost.events.model import Event, Kind
from keypost.ids import ApiTokenId, OrgId, PersonId, TeamId
from keypost.keys import Keys
from keypost.people import credential, store
from keypost.people.directory import People
from keypost.people.model import ApiToken, Organisation, Person

LINK_LIFE_MS: Final = 12 * HOUR_MS
SESSION_LIFE_MS: Final = 30 * DAY_MS


def load(tx: Tx) -> tuple[list[Organisation], list[Person], dict[tuple[OrgId, TeamId], str], list[ApiToken]]:
    return store.list_orgs(tx), store.list_persons(tx), store.all_team_names(tx), store.list_api_tokens(tx)


def create_org(tx: Tx, people: People, name: str) -> OrgId:
    org = Organisation(id=OrgId(tx.new_id()), name=name)
    store.add_org(tx, org)
    tx.on_commit(lambda: people.put_org(org))
    return org.id


def add_person(tx: Tx, people: People, person: Person) -> Person:
    store.add_person(tx, person)
    tx.on_commit(lambda: people.put(person))
    return person


def create_team(tx: Tx, people: People, org_id: OrgId, team_id: TeamId, name: str, members: list[PersonId]) -> TeamId:
    store.add_team(tx, org_id, team_id, name)
    for person_id in members:
        store.add_team_member(tx, org_id, team_id, person_id)

    def join() -> None:
        people.put_team(org_id, team_id, name)
        for person_id in members:
            person = people.get(org_id, person_id)
            people.put(msgspec.structs.replace(person, team_ids=person.team_ids | {team_id}))

    tx.on_commit(join)
    return team_id


def deactivate(tx: Tx, people: People, org_id: OrgId, person_id: PersonId) -> None:
    """Ends every way in at once: sessions and API tokens here; and nothing opens for who is not active."""
    store.deactivate(tx, org_id, person_id)
    store.end_sessions(tx, org_id, person_id)
    store.revoke_api_tokens(tx, org_id, person_id)
    _tell_open_pages(tx, org_id, person_id)
    left = msgspec.structs.replace(people.get(org_id, person_id), deactivated_at=tx.now)
    tx.on_commit(lambda: people.put(left))


def invite(tx: Tx, keys: Keys, org_id: OrgId, person_id: PersonId) -> str:
    """Makes a sign-in link's secret, good for one use within `LINK_LIFE_MS`."""
    secret = credential.new(credential.SIGN_IN)
    store.add_link(tx, org_id, person_id, tx.new_id(), keys.digest(secret), tx.now + LINK_LIFE_MS)
    return secret


def whose_link(tx: Tx, keys: Keys, secret: str) -> tuple[OrgId, PersonId]:
    found = store.find_link(tx, keys.digest(secret))
    if found is None:
        raise _link_is_over()
    return found


def find_link_owner(tx: Tx, keys: Keys, secret: str) -> store.Found | None:
    """Also of one that is over."""
    return store.find_link_owner(tx, keys.digest(secret))


def sign_in(tx: Tx, keys: Keys, secret: str) -> str:
    """Spends a sign-in link; answers the secret of a new session."""
    digest = keys.digest(secret)
    org_id, person_id = whose_link(tx, keys, secret)
    # Of two clicks at once, one changes the row; the other finds it used.
    if not store.spend_link(tx, digest):
        raise _link_is_over()
    session = credential.new(credential.SESSION)
    store.add_session(tx, org_id, person_id, tx.new_id(), keys.digest(session), tx.now + SESSION_LIFE_MS)
    return session


def sign_out(tx: Tx, keys: Keys, org_id: OrgId, person_id: PersonId, session: str) -> None:
    store.end_session(tx, keys.digest(session))
    _tell_open_pages(tx, org_id, person_id)


def find_session(tx: Tx, keys: Keys, session: str) -> store.Found | None:
    return store.find_session(tx, keys.digest(session))


def whose_session(tx: Tx, keys: Keys, session: str) -> store.Found | None:
    """Also of one that has ended."""
    return store.find_session_owner(tx, keys.digest(session))


def create_api_token(
    tx: Tx, people: People, keys: Keys, org_id: OrgId, person_id: PersonId, scopes: frozenset[Scope]
) -> str:
    secret = credential.new(credential.API_TOKEN)
    token = ApiToken(
        org_id=org_id,
        id=ApiTokenId(tx.new_id()),
        person_id=person_id,
        digest=keys.digest(secret),
        scopes=scopes,
    )
    store.add_api_token(tx, token)
    tx.on_commit(lambda: people.api_tokens.put(token))
    return secret


def _tell_open_pages(tx: Tx, org_id: OrgId, person_id: PersonId) -> None:
    """Live streams of the person end; those with another session come back by themselves."""
    events.emit(tx, Event(org_id=org_id, kind=Kind.SESSIONS_ENDED, subject_id=person_id, person_id=person_id))


def _link_is_over() -> NotFound:
    return NotFound("sign_in_link_over", "This link was used already, is too old, or is not valid. Ask for a new one.")
