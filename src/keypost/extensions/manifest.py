"""What an extension says of itself: `extension.toml`, judged."""

import tomllib
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from keypost.caller import Scope
from keypost.errors import Invalid
from keypost.messages.decoding import decode
from keypost_sdk.content import EMAIL, FUNCTION_NAME_MAX, OWNER_MAX

FILE_NAME: Final = "extension.toml"
COMMANDS_MAX: Final = 4
FUNCTIONS_MAX: Final = 20
COMMAND_NAME: Final = r"^[a-z][a-z0-9]{0,19}\Z"
EXTENSION_NAME: Final = r"^[a-z]{2,30}\Z"

_Line = Annotated[str, Meta(min_length=1, max_length=100)]


class Developer(Struct, frozen=True, forbid_unknown_fields=True):
    name: _Line
    email: Annotated[str, Meta(max_length=OWNER_MAX, pattern=EMAIL)]


class Command(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(pattern=COMMAND_NAME)]
    hint: Annotated[str, Meta(max_length=100)] = ""


class Function(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=FUNCTION_NAME_MAX)]


class Incoming(Struct, frozen=True, forbid_unknown_fields=True):
    """Present where the extension has an incoming webhook handler."""

    description: Annotated[str, Meta(max_length=300)] = ""


class TokenRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What the tokens minted for this extension may do, and how many posts a minute they may make (none: no bound)."""

    verbs: frozenset[Scope] = frozenset({Scope.POST, Scope.INCOMING})
    budget: Annotated[int, Meta(ge=1, le=100_000)] | None = None


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(pattern=EXTENSION_NAME)]
    title: _Line
    developer: Developer
    description: Annotated[str, Meta(max_length=300)] = ""
    commands: Annotated[tuple[Command, ...], Meta(max_length=COMMANDS_MAX)] = ()
    functions: Annotated[tuple[Function, ...], Meta(max_length=FUNCTIONS_MAX)] = ()
    incoming: Incoming | None = None
    token: TokenRequest = TokenRequest()

    def has_function(self, name: str) -> bool:
        return any(function.name == name for function in self.functions)


def read(folder: Path) -> Manifest:
    """The manifest of an extension's folder; refusals name the file and the path in it."""
    path = folder / FILE_NAME
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise Invalid("manifest_missing", f"{path} does not exist") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid("manifest_invalid", f"{path} is not TOML: {error}") from error
    return judge(content, str(path))


def judge(content: dict[str, object], where: str) -> Manifest:
    try:
        manifest = decode(msgspec.json.encode(content), Manifest)
    except Invalid as refusal:
        raise Invalid("manifest_invalid", f"{where}: {refusal.sentence}") from refusal
    names = [command.name for command in manifest.commands]
    if len(set(names)) < len(names):
        raise Invalid("manifest_invalid", f"{where}: two commands have the same name")
    minting = manifest.token.verbs - {Scope.POST, Scope.INCOMING}
    if minting:
        raise Invalid("manifest_invalid", f"{where}: token.verbs cannot have {', '.join(sorted(minting))}")
    return manifest
