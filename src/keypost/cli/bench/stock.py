"""Fills an organisation, by the verbs by which every other is filled."""

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Final

from msgspec import Struct

from keypost.app import Server
from keypost.caller import Caller, Means
from keypost.chat import service as chat
from keypost.chat.model import Chat, Party, PartyKind, Posting, Sender
from keypost.chat.timelines import Timelines
from keypost.cli.bench.plan import Stock
from keypost.db.tx import Tx
from keypost.delivery import signing
from keypost.extensions import service as extensions
from keypost.extensions.manifest import Developer, Manifest
from keypost.extensions.model import App
from keypost.ids import PersonId
from keypost.people import service as people
from keypost.people.access import EVERYTHING_ON_PAGES
from keypost.people.model import Person, Role
from keypost.tokens import service as tokens
from keypost_sdk.content import Message as Content

TOGETHER: Final = 2_000
"""Messages of one transaction."""
SOURCE: Final = "https://bench.example"
MANIFEST: Final = Manifest(name="bench", title="Bench", developer=Developer(name="Keypost", email="bench@example.com"))


class Stocked(Struct, frozen=True):
    """With what to post where, and the session of somebody who sees it all."""

    tokens: tuple[str, ...]
    channels: tuple[str, ...]
    session: str


async def fill(server: Server, stock: Stock) -> Stocked:
    database = server.database
    persons = await database.write(_add_persons, server, stock.members)
    app = await _add_app(server, persons[0])
    channels = await database.write(_add_channels, server, persons, stock.channels)
    secrets = await database.write(_mint, server, app, persons, stock.tokens)
    for some in _in_pieces(stock.messages):
        await database.write(chat.store_batch, server.chats, _postings(persons, channels, some))
    await Timelines(database).catch_up()
    link = await database.write(people.invite, server.keys, persons[0].org_id, persons[0].id)
    session = await database.write(people.sign_in, server.keys, link)
    return Stocked(tuple(secrets), tuple(found.unique_name or "" for found in channels), session)


def _add_persons(tx: Tx, server: Server, count: int) -> list[Person]:
    org_id = people.create_org(tx, server.people, "Bench")
    return [
        people.add_person(
            tx,
            server.people,
            Person(
                org_id=org_id,
                id=PersonId(tx.new_id()),
                email=f"person{number}@example.com",
                first_name="Person",
                last_name=str(number),
                role=Role.MEMBER if number else Role.ADMIN,
            ),
        )
        for number in range(count)
    ]


async def _add_app(server: Server, admin: Person) -> App:
    key = signing.generate()
    _, app = await server.database.write(
        extensions.register, server.apps, server.keys, admin.org_id, SOURCE, MANIFEST, key
    )
    await server.database.write(extensions.install, server.chats, server.apps, app, admin.id)
    return app


def _add_channels(tx: Tx, server: Server, persons: list[Person], count: int) -> list[Chat]:
    members = [Party(PartyKind.PERSON, person.id) for person in persons]
    org_id = persons[0].org_id
    return [chat.create_channel(tx, server.chats, org_id, f"channel{number}", members) for number in range(count)]


def _mint(tx: Tx, server: Server, app: App, persons: list[Person], count: int) -> list[str]:
    secrets = []
    for person in islice(cycle(persons), count):
        caller = Caller(org_id=person.org_id, person_id=person.id, means=Means.SESSION, scopes=EVERYTHING_ON_PAGES)
        _, secret = tokens.mint(tx, server.register, server.keys, caller, app.id, app.grant, sandbox=False)
        secrets.append(secret.reveal())
    return secrets


def _postings(persons: list[Person], channels: list[Chat], count: int) -> list[Posting]:
    content, sender = Content(text="*build 41* passed in 3 min 9 s"), persons[0]
    by = Sender(kind=PartyKind.PERSON, id=sender.id, name=sender.name)
    return [
        Posting(org_id=sender.org_id, chat_id=channel.id, sender=by, content=content)
        for channel in islice(cycle(channels), count)
    ]


def _in_pieces(count: int) -> Iterator[int]:
    for done in range(0, count, TOGETHER):
        yield min(TOGETHER, count - done)
