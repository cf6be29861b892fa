"""What admins do about people. Asked of the person as they are now: a credential alone makes nobody an admin."""

from typing import Final
from zoneinfo import available_timezones

from msgspec.structs import replace

from keypost.caller import Caller, Scope
from keypost.db.tx import Tx
from keypost.errors import Conflict, Forbidden, Invalid, NotFound
from keypost.events import service as events
from keypost.events.model import Event, Kind
from keypost.ids import PersonId
from keypost.keys import Keys
from keypost.messages.line import line
from keypost.people import service, store
from keypost.people.directory import People
from keypost.people.model import Organisation, Person

ADMINS_ALONE: Final = frozenset({Scope.ADMIN, Scope.OPERATOR})
NOT_FOR_GUESTS: Final = frozenset({Scope.MENTION_ALL})
QUOTED_MAX: Final = 60


def is_admin(people: People, caller: Caller) -> bool:
    person = people.find_active(caller.org_id, caller.person_id)
    return Scope.ADMIN in caller.scopes and person is not None and person.is_admin


def require_admin(people: People, caller: Caller) -> None:
    caller.require(Scope.ADMIN)
    if not is_admin(people, caller):
        raise Forbidden("admin_needed", "Only an admin of the organisation may do that.")


def scopes_in_effect(people: People, caller: Caller) -> frozenset[Scope]:
    """Those of the credential, without what the person's role withholds from it."""
    person = people.get(caller.org_id, caller.person_id)
    if person.is_admin:
        return caller.scopes
    return caller.scopes - ADMINS_ALONE - (NOT_FOR_GUESTS if person.is_guest else frozenset())


def list_persons(people: People, caller: Caller) -> list[Person]:
    """Everybody, also those who have left, by name."""
    require_admin(people, caller)
    return sorted(people.all_of(caller.org_id), key=lambda person: (person.name.casefold(), person.id))


def get_person(people: People, caller: Caller, named: str) -> Person:
    """The person of an id or an e-mail address. Everybody may see themselves."""
    me = people.get(caller.org_id, caller.person_id)
    if named == str(me.id) or named.lower() == me.email.lower():
        return me
    require_admin(people, caller)
    found = people.find_named(caller.org_id, named)
    if found is None:
        raise NotFound("person_not_found", f"There is no person {named[:QUOTED_MAX]!r}.")
    return found


def add_person(tx: Tx, people: People, caller: Caller, person: Person) -> Person:
    """Makes somebody known. Two e-mail addresses that differ in upper and lower case alone are one."""
    require_admin(people, caller)
    if person.timezone not in available_timezones():
        raise Invalid("invalid_inputs", f"timezone is {person.timezone!r}; it must be a name such as Europe/Berlin")
    names = {name: line(name, text) for name in ("first_name", "last_name") if (text := getattr(person, name))}
    person = replace(person, id=PersonId(tx.new_id()), email=line("email", person.email).lower(), **names)
    if store.has_email(tx, person.org_id, person.email):
        raise Conflict("person_already_exists", f"There is a person with the address {person.email} already.")
    return service.add_person(tx, people, person)


def deactivate(tx: Tx, people: People, caller: Caller, person: Person) -> None:
    """Ends every way in, for good. Twice is a success: callers retry."""
    require_admin(people, caller)
    if not person.is_active:
        return
    if person.is_admin and store.count_admins(tx, person.org_id) == 1:
        raise Conflict("last_admin", f"{person.name} is the only admin. An organisation cannot be without one.")
    service.deactivate(tx, people, person.org_id, person.id)


def invite(tx: Tx, people: People, keys: Keys, caller: Caller, person: Person) -> str:
    """The secret of a new sign-in link for somebody."""
    require_admin(people, caller)
    require_active(person)
    return service.invite(tx, keys, person.org_id, person.id)


def set_posts_per_minute(tx: Tx, people: People, caller: Caller, posts_per_minute: int | None) -> Organisation:
    """The budget of each of the organisation's tokens that has none of its own; None: as the server says."""
    require_admin(people, caller)
    org = store.get_org(tx, caller.org_id)
    if org.posts_per_minute == posts_per_minute:
        return org

    changed = replace(org, posts_per_minute=posts_per_minute)
    store.save_posts_per_minute(tx, changed)
    tx.on_commit(lambda: people.put_org(changed))
    happened = Event(org_id=org.id, kind=Kind.ORGANISATION_CHANGED, subject_id=org.id, person_id=caller.person_id)
    events.emit(tx, happened)
    return changed


def require_active(person: Person) -> None:
    if not person.is_active:
        raise Conflict("person_deactivated", f"{person.name} has left.")
