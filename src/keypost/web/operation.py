"""What a reader of the API must know of an endpoint: what it takes, what it gives, what it refuses."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeAlias

from msgspec import Struct

Shape: TypeAlias = Any
"""A type that bodies are decoded into, or answers encoded from."""


class Group(StrEnum):
    POSTING = "Posting messages"
    READING = "Reading messages"
    WEBHOOKS = "Webhooks of extensions"
    TOKENS = "Tokens"
    PEOPLE = "People"
    CHANNELS = "Channels"
    EXTENSIONS = "Extensions"
    DOCUMENTS = "These documents"


class Media(StrEnum):
    """What a body is, where it is not JSON of a type of ours."""

    ANYTHING = "*/*"
    TEXT = "text/plain"
    PAGE = "text/html"
    JSON = "application/json"


class Form(Struct, frozen=True):
    """A body that is a form with files: `fields` is a type whose members are the fields."""

    fields: Shape


class Query(Struct, frozen=True):
    """A parameter of the query: text, if nothing else is said."""

    name: str
    text: str
    kind: Shape = str
    required: bool = False


class Header(Struct, frozen=True):
    """A header that a request may have beside its credential."""

    name: str
    text: str
    longest: int


class Operation(Struct, frozen=True, kw_only=True):
    """`takes` is the JSON body's type, a `Form`, `Media.ANYTHING` for a body that is not looked into, None for none;
    `example` is such a body.

    `gives` says for each status of a success what its body is; `refuses` are the codes that this endpoint adds to
    those that its credential brings.
    """

    group: Group
    summary: str
    gives: Mapping[int, Shape | None]
    text: str = ""
    takes: Shape | None = None
    example: Mapping[str, Any] | None = None
    query: tuple[Query, ...] = ()
    headers: tuple[Header, ...] = ()
    refuses: tuple[str, ...] = ()
