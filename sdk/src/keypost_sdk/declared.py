"""Do the manifest and the code speak of the same handlers? The server shows what the manifest names, and calls it."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from msgspec.structs import fields

from keypost_sdk import calls
from keypost_sdk.extension import Extension
from keypost_sdk.reading import title
from keypost_sdk.settings import required

FILE: Final = "extension.toml"

_LISTED: Final = {"commands": calls.COMMAND, "functions": calls.FUNCTION}


def handlers(manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every handler that a manifest names: the wire's word for it, and its name where it has one.

    The server judges the manifest; here whatever has not its form is passed over.
    """
    for member, handler in _LISTED.items():
        for entry in _list(manifest.get(member)):
            if isinstance(entry, dict) and isinstance(entry.get("name"), str):
                yield handler, entry["name"]
    if "incoming" in manifest:
        yield calls.INCOMING, ""
    bot = manifest.get("bot")
    if isinstance(bot, dict) and "incoming" in bot:
        yield calls.BOT_INCOMING, ""
    for handler in _list(manifest.get("handlers")):
        if isinstance(handler, str):
            yield handler, ""


def missing(extension: Extension[Any], manifest: dict[str, Any]) -> list[str]:
    """What the manifest names and the code has not, as sentences: calls of it would fail."""
    found = [
        f"{FILE} names {title(*handler)}, and the code has no handler for it."
        for handler in handlers(manifest)
        if not extension.has(*handler)
    ]
    unset = _unknown_settings(extension, manifest, only_required=True)
    return found + [f"The code needs the setting {name}, and {FILE} does not name it." for name in unset]


def unused(extension: Extension[Any], manifest: dict[str, Any]) -> list[str]:
    """What the code has and the manifest does not name, as sentences: it is never called or set."""
    named = set(handlers(manifest))
    found = [
        f"The code has {title(*handler)}, and {FILE} does not name it: it is never called."
        for handler in extension.registered()
        if handler not in named
    ]
    unset = _unknown_settings(extension, manifest, only_required=False)
    return found + [f"The code has the setting {name}, and {FILE} does not name it: it is never set." for name in unset]


def read(folder: Path) -> dict[str, Any] | None:
    """The manifest in a folder, unjudged; None if there is none that can be read."""
    try:
        return tomllib.loads((folder / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _unknown_settings(extension: Extension[Any], manifest: dict[str, Any], *, only_required: bool) -> list[str]:
    kind = extension.settings_type
    if kind is None:
        return []
    named = {entry.get("name") for entry in _list(manifest.get("settings")) if isinstance(entry, dict)}
    needed = {field.encode_name for field in required(kind)}
    names = [field.encode_name for field in fields(kind)]
    return [name for name in names if name not in named and (name in needed) == only_required]


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
