"""What an admin sets for an extension as a whole. Sealed, every value: any of them may be a secret.

Two ways lead out: to the extension's own process, and, without secrets, to an admin.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from keypost.caller import Caller
from keypost.db.tx import Tx
from keypost.errors import Invalid
from keypost.extensions import installation_store, setting_store
from keypost.extensions.manifest import Setting
from keypost.extensions.model import Extension
from keypost.keys import Keys
from keypost.log import mask
from keypost.messages.wording import kind_of, step
from keypost.people.administration import require_admin
from keypost.people.directory import People

Value = str | bool

TEXT_MAX: Final = 8_000
"""Characters of one value: a chain of certificates fits."""
TOGETHER_MAX: Final = 100 * 1024
"""Bytes of all values as JSON: Linux gives no program a variable of more than 128 KiB."""


class Shown(Struct, frozen=True):
    """A setting as an admin sees it; `value` is None for a secret, and for one that is not set."""

    setting: Setting
    is_set: bool
    value: Value | None


def save(
    tx: Tx, people: People, keys: Keys, caller: Caller, extension: Extension, values: Mapping[str, Value | None]
) -> None:
    """Sets those that are named, takes away those that are None; the others stay."""
    require_admin(people, caller)
    declared = {setting.name: setting for setting in extension.manifest.settings}
    for name, value in values.items():
        path = step("values", name)
        if name not in declared:
            known = ", ".join(declared) or "none"
            raise Invalid("setting_invalid", f"{path} is no setting of {extension.manifest.name}. There is: {known}.")
        if value is None:
            _drop(tx, extension, declared[name], path)
        else:
            _save(tx, keys, extension, declared[name], _judged(declared[name], value, path))
    if len(msgspec.json.encode(read(tx, keys, extension))) > TOGETHER_MAX:
        raise Invalid("setting_invalid", f"values, with those that are set already, have over {TOGETHER_MAX} bytes")


def read(tx: Tx, keys: Keys, extension: Extension) -> dict[str, Value]:
    """For the extension's own process: every value that is set and that its manifest, as it is now, would take."""
    sealed = setting_store.list_sealed(tx, extension.org_id, extension.id)
    opened = {setting: _opened(keys, extension, setting, sealed.get(setting.name)) for setting in _declared(extension)}
    return {setting.name: value for setting, value in opened.items() if value is not None}


def list_shown(tx: Tx, keys: Keys, extension: Extension) -> list[Shown]:
    """For an admin: every setting of the manifest, without what is secret."""
    values = read(tx, keys, extension)
    return [
        Shown(setting, setting.name in values, values.get(setting.name) if setting.type != "secret" else None)
        for setting in _declared(extension)
    ]


def _declared(extension: Extension) -> tuple[Setting, ...]:
    return extension.manifest.settings


def _save(tx: Tx, keys: Keys, extension: Extension, setting: Setting, value: Value) -> None:
    sealed = keys.seal(msgspec.json.encode(value), purpose=_purpose(extension, setting))
    setting_store.save(tx, extension.org_id, extension.id, setting.name, sealed)


def _drop(tx: Tx, extension: Extension, setting: Setting, path: str) -> None:
    if setting.required and installation_store.is_installed(tx, extension):
        title = extension.manifest.title
        raise Invalid("setting_invalid", f"{path} is null; {title} needs it as long as it is installed")
    setting_store.drop(tx, extension.org_id, extension.id, setting.name)


def _opened(keys: Keys, extension: Extension, setting: Setting, sealed: bytes | None) -> Value | None:
    if sealed is None:
        return None
    value: Value = msgspec.json.decode(keys.unseal(sealed, purpose=_purpose(extension, setting)), type=Value)
    try:
        return _judged(setting, value, setting.name)
    except Invalid:  # It was another kind of setting when it was set.
        return None


def _purpose(extension: Extension, setting: Setting) -> str:
    """Of this extension and this name: a row that was copied to another place does not open there."""
    return f"setting {setting.name} of extension {extension.id}"


def _judged(setting: Setting, value: Value, path: str) -> Value:
    if isinstance(value, bool) != (setting.type == "switch"):
        wanted = "true or false" if setting.type == "switch" else "text"
        raise Invalid("setting_invalid", f"{path} is {kind_of(value)}; it must be {wanted}")
    return value if isinstance(value, bool) else _text(setting, value, path)


def _text(setting: Setting, value: str, path: str) -> str:
    if not value:
        raise Invalid("setting_invalid", f"{path} is empty; null takes it away")
    if len(value) > TEXT_MAX:
        raise Invalid("setting_invalid", f"{path} has {len(value)} characters; {TEXT_MAX} is the most")
    if setting.type == "address" and not _is_address(value):
        form = "it must be like https://gitlab.example, without a user name or a password"
        raise Invalid("setting_invalid", f"{path} is not an address; {form}")
    if setting.type != "secret" and mask(value) != value:
        raise Invalid("secret_in_message", f"{path} holds a secret, so it was not stored.")
    return value


def _is_address(text: str) -> bool:
    if not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
