"""Extensions as programs of admins see them. Nothing secret is in here."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from keypost.db.tx import Tx
from keypost.extensions import minting, service, settings
from keypost.extensions.addresses import Addresses
from keypost.extensions.manifest import Command, Developer, LifeHandler, Minters, Permission
from keypost.extensions.model import App, Extension, Face
from keypost.extensions.settings import Shown
from keypost.extensions.supervisor import State
from keypost.keys import Keys
from keypost.people.directory import People


class Looked(Struct, frozen=True):
    """What the database says of an extension."""

    extension: Extension
    is_installed: bool
    apps: list[App]
    settings: list[Shown]
    minters: Minters | None


class AppOut(Struct, frozen=True):
    """`bot` is the unique name of its bot; `bot_incoming_url` is empty if that takes no requests."""

    app_id: str
    appkey: str
    face: Face
    incoming_url: str
    bot: str
    bot_incoming_url: str


class SettingOut(Struct, frozen=True):
    """`value` is null for one that is not set, and for a secret."""

    name: str
    title: str
    description: str
    type: Literal["text", "secret", "address", "switch"]
    required: bool
    is_set: bool
    value: str | bool | None


class ExtensionOut(Struct, frozen=True):
    """`source` is a folder of the server's machine or an https address. `installed` is false for one that was removed,
    or that refused to be installed. `running`, `pid` and `restarts` are those of the server's own child; `attached`:
    its calls go to a program of its author meanwhile. `public_key` is what the extension checks calls with.
    `minters` is the organisation's rule, null where the manifest's is all there is.
    """

    name: str
    title: str
    version: str
    description: str
    source: str
    is_local: bool
    installed: bool
    running: bool
    pid: int | None
    restarts: int
    attached: bool
    developer: Developer
    commands: list[Command]
    functions: list[str]
    handlers: list[LifeHandler]
    permissions: list[Permission]
    public_key: str
    apps: list[AppOut]
    settings: list[SettingOut]
    minters: Minters | None

    @classmethod
    def of(cls, looked: Looked, state: State, addresses: Addresses) -> "ExtensionOut":
        extension, declared = looked.extension, looked.extension.manifest
        return cls(
            name=declared.name,
            title=declared.title,
            version=declared.version,
            description=declared.description,
            source=extension.source,
            is_local=extension.is_local,
            installed=looked.is_installed,
            running=state.pid is not None,
            pid=state.pid,
            restarts=state.restarts,
            attached=state.attached_port is not None,
            developer=declared.developer,
            commands=list(declared.commands),
            functions=[function.name for function in declared.functions],
            handlers=sorted(declared.handlers),
            permissions=sorted(declared.permissions),
            public_key=extension.public_key,
            apps=[_app(app, addresses) for app in looked.apps],
            settings=list(_settings(looked.settings)),
            minters=looked.minters,
        )


class ExtensionsOut(Struct, frozen=True):
    extensions: list[ExtensionOut]


def look(tx: Tx, people: People, keys: Keys, extension: Extension) -> Looked:
    return Looked(
        extension,
        service.is_installed(tx, extension),
        service.list_faces(tx, extension),
        settings.list_shown(tx, keys, extension),
        minting.find_rule(tx, people, extension),
    )


def _app(app: App, addresses: Addresses) -> AppOut:
    takes_requests = app.extension.manifest.bot.incoming is not None
    return AppOut(
        app_id=str(app.id),
        appkey=app.appkey,
        face=app.face,
        incoming_url=addresses.incoming(app),
        bot=app.bot_name,
        bot_incoming_url=addresses.bot_incoming(app) if takes_requests else "",
    )


def _settings(shown: Iterable[Shown]) -> Iterable[SettingOut]:
    for each in shown:
        declared = each.setting
        yield SettingOut(
            name=declared.name,
            title=declared.title,
            description=declared.description,
            type=declared.type,
            required=declared.required,
            is_set=each.is_set,
            value=each.value,
        )
