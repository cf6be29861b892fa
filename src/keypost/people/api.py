"""People, for programs: who I am; and for admins who there is, who comes and who leaves."""

from typing import Annotated, Literal

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.db.database import Database
from keypost.ids import PersonId
from keypost.keys import Keys
from keypost.messages.decoding import decode
from keypost.people import administration
from keypost.people.directory import People
from keypost.people.model import Person, Role
from keypost.settings import Settings
from keypost.web.body import read_body
from keypost.web.parts import part
from keypost.web.replies import ok
from keypost_sdk.content import EMAIL

_Name = Annotated[str, Meta(max_length=100)]


class PersonOut(Struct, frozen=True):
    """`teams` are names."""

    id: str
    email: str
    first_name: str
    last_name: str
    role: Role
    teams: list[str]
    active: bool

    @classmethod
    def of(cls, person: Person, people: People) -> "PersonOut":
        return cls(
            id=str(person.id),
            email=person.email,
            first_name=person.first_name,
            last_name=person.last_name,
            role=person.role,
            teams=people.team_names(person.org_id, person.team_ids),
            active=person.is_active,
        )


class PersonsOut(Struct, frozen=True):
    persons: list[PersonOut]


class OrganisationOut(Struct, frozen=True):
    id: str
    name: str


class MeOut(Struct, frozen=True):
    """Whose API token it is, and the scopes that it has in effect."""

    person: PersonOut
    organisation: OrganisationOut
    scopes: list[str]


class PersonIn(Struct, frozen=True, forbid_unknown_fields=True):
    """`timezone` is an IANA name; `country` and `language` are two small letters."""

    email: Annotated[str, Meta(max_length=254, pattern=EMAIL)]
    first_name: Annotated[_Name, Meta(min_length=1)]
    last_name: _Name = ""
    role: Literal["guest", "member", "admin"] = "member"
    timezone: Annotated[str, Meta(max_length=60)] = "UTC"
    country: Annotated[str, Meta(pattern=r"^([a-z]{2})?\Z", extra={"form": "two small letters, such as de"})] = ""
    language: Annotated[str, Meta(pattern=r"^[a-z]{2}\Z", extra={"form": "two small letters, such as en"})] = "en"

    def person(self, caller: Caller) -> Person:
        """As a noun that has no id yet."""
        return Person(
            org_id=caller.org_id,
            id=PersonId(0),
            email=self.email,
            first_name=self.first_name,
            last_name=self.last_name,
            role=Role(self.role),
            timezone=self.timezone,
            country=self.country,
            language=self.language,
        )


class LinkOut(Struct, frozen=True):
    """`address` signs its person in, once."""

    address: str


async def show_me(request: Request, caller: Caller) -> Response:
    people = part(request, People)
    person = people.get(caller.org_id, caller.person_id)
    return ok(
        MeOut(
            person=PersonOut.of(person, people),
            organisation=OrganisationOut(str(caller.org_id), people.org_name(caller.org_id)),
            scopes=sorted(administration.scopes_in_effect(people, caller)),
        )
    )


async def list_persons(request: Request, caller: Caller) -> Response:
    people = part(request, People)
    persons = administration.list_persons(people, caller)
    return ok(PersonsOut([PersonOut.of(person, people) for person in persons]))


async def show(request: Request, caller: Caller) -> Response:
    return ok(PersonOut.of(_named(request, caller), part(request, People)))


async def add(request: Request, caller: Caller) -> Response:
    people = part(request, People)
    draft = decode(await read_body(request), PersonIn)
    person = await part(request, Database).write(administration.add_person, people, caller, draft.person(caller))
    return ok(PersonOut.of(person, people))


async def deactivate(request: Request, caller: Caller) -> Response:
    people, person = part(request, People), _named(request, caller)
    await part(request, Database).write(administration.deactivate, people, caller, person)
    return ok(PersonOut.of(people.get(person.org_id, person.id), people))


async def make_sign_in_link(request: Request, caller: Caller) -> Response:
    person = _named(request, caller)
    secret = await part(request, Database).write(
        administration.invite, part(request, People), part(request, Keys), caller, person
    )
    return ok(LinkOut(f"{part(request, Settings).address}/sign-in/{secret}"))


def _named(request: Request, caller: Caller) -> Person:
    return administration.get_person(part(request, People), caller, request.path_params["person"])
