"""Verbs about extensions: registering one, installing its apps, and which of them serves whom."""

import base64
import uuid
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from keypost.chat import service as chat
from keypost.chat.directory import Chats
from keypost.db.tx import Tx
from keypost.delivery import signing
from keypost.errors import Conflict
from keypost.events import service as events
from keypost.events.model import Event, Kind
from keypost.extensions import store
from keypost.extensions.manifest import Manifest
from keypost.extensions.model import App, Extension, Face
from keypost.ids import SANDBOX_OFFSET, AppId, ExtensionId, OrgId, PersonId, TeamId
from keypost.keys import Keys
from keypost.people.model import Person
from keypost.tokens.attribution import Attribution

FIRST_APP: Final = 1001
SIGNING_KEY: Final = "extension signing key"


def register(tx: Tx, keys: Keys, org_id: OrgId, source: str, manifest: Manifest, key: RSAPrivateKey) -> tuple[App, App]:
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
    return sandbox, production


def install(
    tx: Tx,
    chats: Chats,
    attribution: Attribution,
    app: App,
    installed_by: PersonId,
    team_ids: frozenset[TeamId] = frozenset(),
) -> None:
    """Switches an app on for the organisation, or for some teams; it gets its bot."""
    store.add_installation(tx, app, installed_by, team_ids)
    name = app.extension.manifest.name
    bot_name = name if app.face is Face.PRODUCTION else f"{name}sandbox"
    if chats.find_bot_named(app.org_id, bot_name) is not None:
        raise Conflict(
            "bot_name_already_exists", f"There is a bot {bot_name} already, so {app.title} cannot have its own."
        )
    chat.create_bot(tx, chats, app.org_id, bot_name, app.title, app.id)
    tx.on_commit(lambda: attribution.name_app(app.org_id, app.id, app.title))
    events.emit(tx, Event(org_id=app.org_id, kind=Kind.EXTENSION_INSTALLED, subject_id=app.id))


def update_manifest(tx: Tx, extension: Extension, source: str, manifest: Manifest) -> None:
    """What the extension's folder says now; its apps, keys and tokens stay."""
    store.save_manifest(tx, extension.org_id, extension.id, source, manifest)


def load(tx: Tx, org_ids: list[OrgId]) -> tuple[list[Extension], list[App]]:
    return store.list_extensions(tx), [app for org_id in org_ids for app in store.list_apps(tx, org_id)]


def list_installed(tx: Tx, person: Person) -> list[App]:
    """The apps that serve this person: installed for the organisation, or for one of their teams."""
    return store.list_installed(tx, person.org_id, person.team_ids)


def list_apps(tx: Tx, org_id: OrgId) -> list[App]:
    return store.list_apps(tx, org_id)


def find_app(tx: Tx, org_id: OrgId, app_id: AppId) -> App | None:
    return store.find_app(tx, org_id, app_id)


def serves(tx: Tx, app: App, person: Person) -> bool:
    return any(other.id == app.id for other in list_installed(tx, person))
