"""What every world starts with."""

from typing import Final

from keypost.app import Server
from keypost.chat import service as chat
from keypost.chat.model import Party, PartyKind
from keypost.db.tx import Tx
from keypost.ids import OrgId, PersonId
from keypost.people import service as people
from keypost.people.model import Person, Role

NAMES: Final = {"ada": ("Ada", "Lovelace"), "grace": ("Grace", "Hopper"), "alan": ("Alan", "Turing")}


def organisation(tx: Tx, server: Server, name: str, names: tuple[str, ...]) -> tuple[OrgId, list[Person]]:
    org_id = people.create_org(tx, server.people, name)
    persons = [
        Person(
            org_id=org_id,
            id=PersonId(tx.new_id()),
            email=f"{name}@example.com",
            first_name=NAMES[name][0],
            last_name=NAMES[name][1],
            role=Role.ADMIN if index == 0 else Role.MEMBER,
        )
        for index, name in enumerate(names)
    ]
    return org_id, [people.add_person(tx, server.people, person) for person in persons]


def founding_chats(tx: Tx, server: Server, ada: Person, grace: Person, alan: Person) -> None:
    bot = Party(PartyKind.BOT, chat.create_bot(tx, server.chats, ada.org_id, "buildbot", "Build Bot").id)
    both = [Party(PartyKind.PERSON, person.id) for person in (ada, grace)]
    everybody = [*both, Party(PartyKind.PERSON, alan.id), bot]
    chat.create_channel(tx, server.chats, ada.org_id, "general", everybody)
    chat.create_channel(tx, server.chats, ada.org_id, "builds", [*both, bot])
    chat.create_direct(tx, server.chats, ada.org_id, "Ada and Grace", [ada.id, grace.id])


def person_named(tx: Tx, server: Server, org_id: OrgId, first: str, last: str, role: Role) -> Person:
    email, person_id = f"{first.lower()}@example.com", PersonId(tx.new_id())
    person = Person(org_id=org_id, id=person_id, email=email, first_name=first, last_name=last, role=role)
    return people.add_person(tx, server.people, person)
