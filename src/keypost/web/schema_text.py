"""A JSON Schema in words, for tables that people read."""

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

_NOT_EMPTY: Final = ("minLength", "minItems")
_BOUNDS: Final = (
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("minItems", "at least {} entries"),
    ("maxItems", "at most {} entries"),
    ("maxProperties", "at most {} entries"),
    ("minimum", "from {}"),
    ("maximum", "to {}"),
)
_NAMES: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
    "array": "list",
    "null": "null",
}


class Field(Struct):
    name: str
    type: str
    required: bool
    text: str


def fields_of(schema: dict[str, Any]) -> list[Field]:
    """The members of an object's schema; none for any other."""
    required = schema.get("required", ())
    return [
        Field(name, type_of(inner), name in required, "; ".join(_said(inner)))
        for name, inner in schema.get("properties", {}).items()
    ]


def type_of(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(f'"{value}"' if isinstance(value, str) else str(value).lower() for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(type_of(inner) for inner in schema["anyOf"])
    kind = _NAMES.get(str(schema.get("type")), "anything")
    if kind == "list" and "items" in schema:
        return f"list of {type_of(schema['items'])}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {type_of(schema['additionalProperties'])}"
    return kind


def _said(schema: dict[str, Any]) -> Iterator[str]:
    if text := schema.get("description"):
        yield str(text)
    for inner in (schema, *schema.get("anyOf", ())):
        yield from (_bound(key, words, inner[key]) for key, words in _BOUNDS if key in inner)
    default = schema.get("default")
    if isinstance(default, str | int | float) and default not in ("", False):
        yield f"{default} if it is missing"


def _bound(key: str, words: str, value: int) -> str:
    return "not empty" if key in _NOT_EMPTY and value == 1 else words.format(value)
