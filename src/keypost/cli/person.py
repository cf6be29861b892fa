"""`keypost person`: who there is in the organisation, who comes and who leaves."""

from contextlib import AbstractContextManager
from typing import Annotated, Literal

from cyclopts import App, Parameter
from msgspec import Struct

from keypost.cli.client import Client, connected, naming
from keypost.cli.console import Json, say, say_facts, say_json, say_table

app = App(name="person", help="List, add and deactivate people.")

Named = Annotated[str, Parameter(help="An id or an e-mail address.")]


class Person(Struct):
    id: str
    email: str
    first_name: str
    last_name: str
    role: str
    teams: list[str]
    active: bool

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def standing(self) -> str:
        return self.role if self.active else "has left"


class Persons(Struct):
    persons: list[Person]


class Me(Struct):
    person: Person


class Link(Struct):
    address: str


@app.command(name="list")
def list_(*, as_json: Json = False) -> None:
    """List everybody, also those who have left. Needs an admin's API token."""
    answer = connected().get("api", "v1", "persons")
    if as_json:
        return say_json(answer.json)
    persons = answer.read(Persons).persons
    rows = [(person.email, person.name, person.standing, ", ".join(person.teams)) for person in persons]
    return say_table(("E-MAIL", "NAME", "ROLE", "TEAMS"), rows)


@app.command
def show(person: Named = "", /, *, as_json: Json = False) -> None:
    """Show somebody; without a name, whose API token this is."""
    client = connected()
    with naming_persons(client):
        answer = client.get("api", "v1", "persons", person or me(client).id)
    return say_json(answer.json) if as_json else _say(answer.read(Person))


@app.command
def add(
    email: Annotated[str, Parameter(help="Their e-mail address.")],
    /,
    *,
    first_name: Annotated[str, Parameter(help="Their first name.")],
    last_name: Annotated[str, Parameter(help="Their last name.")] = "",
    role: Annotated[Literal["guest", "member", "admin"], Parameter(help="What they may do.")] = "member",
    timezone: Annotated[str, Parameter(help="An IANA name, such as Europe/Berlin.")] = "UTC",
    country: Annotated[str, Parameter(help="Two small letters.")] = "",
    language: Annotated[str, Parameter(help="Two small letters.")] = "en",
    as_json: Json = False,
) -> None:
    """Add somebody. Needs an admin's API token.

    They get in with a link: `keypost person link`.
    """
    draft = {
        "email": email,
        "first_name": first_name,
        "last_name": last_name,
        "role": role,
        "timezone": timezone,
        "country": country,
        "language": language,
    }
    answer = connected().post("api", "v1", "persons", body=draft)
    return say_json(answer.json) if as_json else _say(answer.read(Person))


@app.command
def deactivate(person: Named, /, *, as_json: Json = False) -> None:
    """End every way in of somebody, at once and for good.

    Their sessions, API tokens and tokens work no more. Needs an admin's API token.
    """
    client = connected()
    with naming_persons(client):
        answer = client.post("api", "v1", "persons", person, "deactivate")
    if as_json:
        return say_json(answer.json)
    return say(f"{answer.read(Person).name} has left.")


@app.command
def link(person: Named, /, *, as_json: Json = False) -> None:
    """Make a link that signs somebody in, once.

    Whoever opens it is that person: give it to nobody else. Needs an admin's API token.
    """
    client = connected()
    with naming_persons(client):
        answer = client.post("api", "v1", "persons", person, "sign-in-link")
    return say_json(answer.json) if as_json else say(answer.read(Link).address)


def naming_persons(client: Client) -> AbstractContextManager[None]:
    def names() -> list[str]:
        return [person.email for person in client.get("api", "v1", "persons").read(Persons).persons]

    return naming("person_not_found", names)


def me(client: Client) -> Person:
    return client.get("api", "v1", "me").read(Me).person


def _say(person: Person) -> None:
    say_facts(
        [
            ("name", person.name),
            ("e-mail", person.email),
            ("role", person.standing),
            ("teams", ", ".join(person.teams)),
            ("id", person.id),
        ]
    )
