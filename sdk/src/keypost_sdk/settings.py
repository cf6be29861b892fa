"""What an admin set for the extension, read as the type that its author wrote.

The server sends one JSON object, `KEYPOST_SETTINGS`: text, true and false by name, only what is set. A member without a
default is one that the extension cannot do without; a member of type `Secret` shows itself as dots.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec
from msgspec.structs import FieldInfo, fields

from keypost_sdk.answers import Refuse
from keypost_sdk.reading import read_secret

_QUOTED_CHOICE: Final = re.compile(r"^Invalid enum value .*(?= - at )", re.DOTALL)

S = TypeVar("S")


class NotSetUp(Refuse):
    """An admin has not set all that the extension needs. Whoever asks for its settings tells that to whoever asked."""


def read(extension: str, kind: type[S], values: Mapping[str, Any]) -> S:
    """`values` as `kind`, or `NotSetUp` with a sentence that names what is missing or does not fit."""
    missing = [field.encode_name for field in required(kind) if field.encode_name not in values]
    if missing:
        raise NotSetUp(f"{extension} is not set up yet: an admin has to set {_listed(missing)}.")
    try:
        return msgspec.convert(dict(values), kind, strict=False, dec_hook=read_secret)
    except msgspec.ValidationError as error:
        # A choice that is none would be quoted, and a setting may be a secret.
        trouble = _QUOTED_CHOICE.sub("That is none of the choices", str(error))
        raise NotSetUp(f"{extension} is not set up right: {trouble}") from None


def required(kind: type) -> list[FieldInfo]:
    """The members without a default."""
    return [field for field in fields(kind) if field.required]


def _listed(names: list[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
