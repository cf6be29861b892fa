"""Verbs about extensions: registering one, installing its apps, and which of them serves whom."""

import base64
import uuid
from collections.abc import Sequence
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from msgspec import Struct

from keypost.chat import service as chat
from keypost.chat.directory import Chats
from keypost.db.tx import Tx
from keypost.delivery import signing
from keypost.errors import Conflict, NotFound
from keypost.events import service as events
from keypost.events.model import Event, Kind
from keypost.extensions import installation_store, store
from keypost.extensions.directory import Apps
from keypost.extensions.manifest import Manifest
from keypost.extensions.model import App, Extension, Face, Installation, Reach
from keypost.ids import SANDBOX_OFFSET, AppId, ExtensionId, OrgId, PersonId, TeamId
from keypost.keys import Keys
from keypost.messages.wording import quoted
from keypost.people.model import Person
from keypost.tokens import service as tokens
from keypost.tokens.register import Register

FIRST_APP: Final = 1001
SIGNING_KEY: Final = "extension signing key"
UNINSTALLED: Final = "extension uninstalled"
"""Why a token ends, in words for its owner and for its extension."""


class Known(Struct, frozen=True):
    """An extension that was added once, and whether it is switched on."""

    extension: Extension
    is_installed: bool


def register(
    tx: Tx, apps: Apps, keys: Keys, org_id: OrgId, source: str, manifest: Manifest, key: RSAPrivateKey
) -> tuple[App, App]:
    """Makes an extension known, with its two faces: sandbox, production. `key` will sign every call of it; making one
    takes long, so it is made before the transaction.
    """
    extension = Extension(
        org_id=org_id,
        id=ExtensionId(tx.new_id()),
        source=source,
        manifest=manifest,
        signing_key=keys.seal(signing.to_bytes(key), purpose=SIGNING_KEY),
        public_key=signing.public_text(key),
    )
    store.add_extension(tx, extension)
    number = max(FIRST_APP, store.newest_production_app(tx) + 1)
    appkey = base64.b64encode(f"{number}-{uuid.uuid4()}".encode()).decode()
    sandbox = App(id=AppId(number + SANDBOX_OFFSET), face=Face.SANDBOX, appkey=f"sbx-{appkey}", extension=extension)
    production = App(id=AppId(number), face=Face.PRODUCTION, appkey=appkey, extension=extension)
    store.add_app(tx, sandbox)
    store.add_app(tx, production)
    _know(tx, apps, [sandbox, production])
    return sandbox, production


def install(
    tx: Tx,
    chats: Chats,
    apps: Apps,
    app: App,
    installed_by: PersonId,
    team_ids: frozenset[TeamId] = frozenset(),
) -> None:
    """Switches an app on for the organisation, or for some teams; it gets its bot, or has it again."""
    reach = Reach.TEAM if team_ids else Reach.ORGANISATION
    installation = Installation(org_id=app.org_id, app_id=app.id, reach=reach, team_ids=team_ids)
    installation_store.add(tx, installation, installed_by)
    tx.on_commit(lambda: apps.install(installation))
    if chats.find_bot_of_app(app.org_id, app.id) is None:
        _create_bot(tx, chats, app)
    events.emit(tx, Event(org_id=app.org_id, kind=Kind.EXTENSION_INSTALLED, subject_id=app.id))


def uninstall(tx: Tx, apps: Apps, register: Register, extension: Extension, ended_by: PersonId) -> None:
    """Switches all its apps off, at once: no button, command or late answer of theirs works any more, and every token
    that was minted for them ends. Its keys, settings and messages stay, for it may come back.
    """
    app_ids = [app.id for app in list_faces(tx, extension)]
    installation_store.end(tx, extension.org_id, app_ids, ended_by)
    tx.on_commit(lambda: apps.uninstall(extension.org_id, app_ids))
    store.close_answers(tx, extension.org_id, app_ids)
    tokens.end_of_apps(tx, register, extension.org_id, app_ids, UNINSTALLED)
    for app_id in app_ids:
        events.emit(tx, Event(org_id=extension.org_id, kind=Kind.EXTENSION_UNINSTALLED, subject_id=app_id))


def bring_up(tx: Tx, chats: Chats, apps: Apps, extension: Extension, by: PersonId) -> None:
    """Makes an extension what it says now, and switches it on if it is off. Its apps, keys and tokens stay."""
    faces = save_manifest(tx, apps, extension)
    if installation_store.is_installed(tx, extension):
        return
    for app in faces:
        install(tx, chats, apps, app, by)


def save_manifest(tx: Tx, apps: Apps, extension: Extension) -> list[App]:
    """What it says of itself, also before it is switched on: its settings can be set then. Answers its apps."""
    store.save_manifest(tx, extension.org_id, extension.id, extension.source, extension.manifest)
    faces = list_faces(tx, extension)
    _know(tx, apps, faces)
    return faces


def load(tx: Tx, org_ids: Sequence[OrgId]) -> tuple[list[App], list[Installation]]:
    """Every app that there ever was, for messages tell which of them they came from; and what is switched on."""
    apps = [app for org_id in org_ids for app in store.list_apps(tx, org_id)]
    return apps, installation_store.list_open(tx, org_ids)


def list_on(tx: Tx, org_id: OrgId) -> list[Extension]:
    on = installation_store.list_installed(tx, org_id)
    return [extension for extension in store.list_extensions(tx, org_id) if extension.id in on]


def list_known(tx: Tx, org_id: OrgId) -> list[Extension]:
    """Every extension that was ever added, also those that are off."""
    return store.list_extensions(tx, org_id)


def list_leaving(tx: Tx) -> list[Extension]:
    """Extensions that are off, and still have to hear of tokens that ended."""
    untold = {(token.org_id, token.app_id) for token in tokens.list_untold(tx)}
    apps = [app for org_id, app_id in sorted(untold) if (app := store.find_app(tx, org_id, app_id)) is not None]
    found = {app.extension.id: app.extension for app in apps}
    return [extension for extension in found.values() if not is_installed(tx, extension)]


def find_named(tx: Tx, org_id: OrgId, name: str) -> Known | None:
    extension = store.find_extension(tx, org_id, name)
    return Known(extension, is_installed(tx, extension)) if extension is not None else None


def get_named(tx: Tx, org_id: OrgId, name: str) -> Extension:
    extension = store.find_extension(tx, org_id, name)
    if extension is None:
        raise NotFound("extension_not_found", f"There is no extension {quoted(name)}.")
    return extension


def is_installed(tx: Tx, extension: Extension) -> bool:
    return installation_store.is_installed(tx, extension)


def list_faces(tx: Tx, extension: Extension) -> list[App]:
    """Its apps: production, sandbox."""
    return [app for app in store.list_apps(tx, extension.org_id) if app.extension.id == extension.id]


def list_installed(tx: Tx, person: Person) -> list[App]:
    """The apps that serve this person: installed for the organisation, or for one of their teams."""
    return store.list_installed(tx, person.org_id, person.team_ids)


def list_apps(tx: Tx, org_id: OrgId) -> list[App]:
    return store.list_apps(tx, org_id)


def find_app(tx: Tx, org_id: OrgId, app_id: AppId) -> App | None:
    return store.find_app(tx, org_id, app_id)


def serves(tx: Tx, app: App, person: Person) -> bool:
    return any(other.id == app.id for other in list_installed(tx, person))


def _create_bot(tx: Tx, chats: Chats, app: App) -> None:
    bot_name = app.bot_name
    if chats.find_bot_named(app.org_id, bot_name) is not None:
        raise Conflict(
            "bot_name_already_exists", f"There is a bot {bot_name} already, so {app.title} cannot have its own."
        )
    chat.create_bot(tx, chats, app.org_id, bot_name, app.title, app.id)


def _know(tx: Tx, apps: Apps, changed: Sequence[App]) -> None:
    def put() -> None:
        for app in changed:
            apps.put(app)

    tx.on_commit(put)
