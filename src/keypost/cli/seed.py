"""What the demo's organisation has in it. Made once, found again; only sign-in links are new at each start."""

from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from keypost.app import Server
from keypost.caller import Caller, Means, Scope
from keypost.chat import service as chat
from keypost.chat.model import Chat, ChatKind, Party, PartyKind
from keypost.db.tx import Tx
from keypost.errors import Fault
from keypost.extensions import manifest_file, service
from keypost.extensions.model import App, Face
from keypost.ids import OrgId, PersonId, show_channel
from keypost.people import service as people
from keypost.people.access import EVERYTHING_ON_PAGES
from keypost.people.model import Person, Role
from keypost.tokens import service as tokens
from keypost.tokens.model import Carrier, Origin
from keypost.tokens.verify import Presented, find

ORG: Final = "Analytical Engines"
PEOPLE: Final = (
    ("ada@example.com", "Ada", "Lovelace", Role.ADMIN),
    ("grace@example.com", "Grace", "Hopper", Role.MEMBER),
    ("alan@example.com", "Alan", "Turing", Role.MEMBER),
)
CHANNELS: Final = ("general", "builds")
BOT: Final = ("buildbot", "Build Bot")
EXAMPLE: Final = Path(__file__).parents[3] / "examples" / "gitlab"
FILE: Final = "demo.json"
OPERATORS: Final = frozenset({Scope.POST, Scope.MENTION_ALL, Scope.READ, Scope.PERSON, Scope.ADMIN, Scope.OPERATOR})


class SeededPerson(Struct):
    id: str
    email: str
    name: str
    admin: bool
    sign_in_url: str


class SeededChannel(Struct):
    id: str
    chat_id: str
    unique_name: str


class SeededBot(Struct):
    unique_name: str


class SeededApp(Struct):
    app_id: str
    appkey: str
    incoming_url: str


class SeededExtension(Struct):
    name: str
    sandbox: SeededApp
    production: SeededApp


class Seeded(Struct):
    """`demo.json`. The first person is an admin. `token` is a personal secret of theirs, empty once the extension was
    removed; `operator_token` is their API token, for the command line.
    """

    base_url: str
    org_id: str
    persons: list[SeededPerson]
    channels: list[SeededChannel]
    direct_chat_id: str
    bot: SeededBot
    extensions: list[SeededExtension]
    token: str
    operator_token: str


async def seed(server: Server) -> Seeded:
    org_ids = server.people.org_ids()
    org_id = org_ids[0] if org_ids else await server.database.write(_make_org, server)
    active = [person for person in server.people.all_of(org_id) if person.is_active]
    persons = sorted(active, key=lambda person: (not person.is_admin, person.id))
    apps = await _gitlab(server, org_id, persons[0])
    sign_in = [await server.database.write(people.invite, server.keys, org_id, person.id) for person in persons]
    seeded = await _describe(server, org_id, persons, sign_in, apps)
    _write(server.settings.data / FILE, msgspec.json.format(msgspec.json.encode(seeded)))
    return seeded


def _make_org(tx: Tx, server: Server) -> OrgId:
    org_id = people.create_org(tx, server.people, ORG)
    persons = [_add_person(tx, server, org_id, *row) for row in PEOPLE]
    bot = chat.create_bot(tx, server.chats, org_id, *BOT)
    members = [Party(PartyKind.PERSON, person.id) for person in persons]
    for name in CHANNELS:
        chat.create_channel(tx, server.chats, org_id, name, [*members, Party(PartyKind.BOT, bot.id)])
    chat.create_direct(tx, server.chats, org_id, "Ada and Grace", [persons[0].id, persons[1].id])
    return org_id


def _add_person(tx: Tx, server: Server, org_id: OrgId, email: str, first: str, last: str, role: Role) -> Person:
    person = Person(org_id=org_id, id=PersonId(tx.new_id()), email=email, first_name=first, last_name=last, role=role)
    return people.add_person(tx, server.people, person)


async def _gitlab(server: Server, org_id: OrgId, admin: Person) -> dict[Face, App]:
    """The apps of the GitLab extension, which is what the example's folder has now; left off if somebody removed it."""
    if not EXAMPLE.is_dir():
        raise Fault(f"The demo runs the example extension, which should be in {EXAMPLE}. Start it from a checkout.")
    declared, source = manifest_file.read(EXAMPLE), str(EXAMPLE)
    known = await server.database.read(service.find_named, org_id, declared.name)
    if known is None or (known.is_installed and not known.extension.is_as(source, declared)):
        extension = await server.lifecycle.bring(_operator(admin), source, declared)
    else:
        extension = known.extension
    return {app.face: app for app in await server.database.read(service.list_faces, extension)}


def _operator(admin: Person) -> Caller:
    return Caller(org_id=admin.org_id, person_id=admin.id, means=Means.API_TOKEN, scopes=OPERATORS)


async def _describe(
    server: Server, org_id: OrgId, persons: list[Person], sign_in: list[str], apps: dict[Face, App]
) -> Seeded:
    base = server.settings.address
    mine = server.chats.list_of(org_id, persons[0].id)
    channels = [found for name in CHANNELS if (found := server.chats.find_channel(org_id, name)) is not None]
    direct = next(found for found in mine if found.kind is ChatKind.DIRECT)
    known = read(server.settings.data / FILE)
    return Seeded(
        base_url=base,
        org_id=str(org_id),
        persons=[
            SeededPerson(str(person.id), person.email, person.name, person.is_admin, f"{base}/sign-in/{secret}")
            for person, secret in zip(persons, sign_in, strict=True)
        ],
        channels=[SeededChannel(show_channel(found.id), found.shown_id, found.unique_name or "") for found in channels],
        direct_chat_id=direct.shown_id,
        bot=SeededBot(BOT[0]),
        extensions=[
            SeededExtension(
                apps[Face.PRODUCTION].extension.manifest.name,
                _app(server, apps[Face.SANDBOX]),
                _app(server, apps[Face.PRODUCTION]),
            )
        ],
        token=await _token(server, known, persons[0], apps[Face.PRODUCTION], channels[-1]),
        operator_token=await _operator_token(server, known, persons[0]),
    )


async def _token(server: Server, known: Seeded | None, person: Person, app: App, place: Chat) -> str:
    """That of an earlier start if it still works; nothing but `demo.json` could tell it. None is made for an extension
    that somebody removed.
    """
    presented = Presented(known.token if known is not None else "", Carrier.HEADER, "")
    token = find(server.register, server.keys, presented, server.database.clock.now_ms())
    if known is not None and token is not None and token.expires_at is None:
        return known.token
    if not await server.database.read(service.is_installed, app.extension):
        return ""
    return await server.database.write(_mint, server, person, app, place)


def _mint(tx: Tx, server: Server, person: Person, app: App, place: Chat) -> str:
    caller = Caller(org_id=person.org_id, person_id=person.id, means=Means.SESSION, scopes=EVERYTHING_ON_PAGES)
    origin = Origin(chat_id=place.id)
    _, secret = tokens.mint(tx, server.register, server.keys, caller, app.id, app.grant, sandbox=False, origin=origin)
    return secret.reveal()


async def _operator_token(server: Server, known: Seeded | None, admin: Person) -> str:
    """That of an earlier start, if it still works and may do all that an operator does."""
    owner = (admin.org_id, admin.id)
    if known is not None:
        found = server.people.api_tokens.find(server.keys.digest(known.operator_token))
        if found is not None and (found.org_id, found.person_id) == owner and found.scopes >= OPERATORS:
            return known.operator_token
    return await server.database.write(people.create_api_token, server.people, server.keys, *owner, OPERATORS)


def _app(server: Server, app: App) -> SeededApp:
    return SeededApp(str(app.id), app.appkey, server.addresses.incoming(app))


def read(path: Path) -> Seeded | None:
    """What an earlier start left; None if there is none, or it is of another version."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Seeded)
    except (OSError, msgspec.DecodeError):
        return None


def _write(path: Path, content: bytes) -> None:
    """Never readable by others, not for a moment; never half-written."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_bytes(content + b"\n")
    fresh.replace(path)
