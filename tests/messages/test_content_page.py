"""The page of what a message can show names every field with its limits, and its examples are taken."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct, inspect

import keypost_sdk.content
from keypost.messages.decoding import decode
from keypost.messages.html import render
from keypost.messages.judging import Draft, judge_post
from keypost_sdk.content import Button, Message
from keypost_sdk.forms import Form

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "content.md").read_text("utf-8")
TYPES: dict[str, type[Struct]] = {
    name: kind
    for name, kind in vars(keypost_sdk.content).items()
    if isinstance(kind, type) and issubclass(kind, Form) and kind is not Form
}
INLINED = {
    *("TokenInput", "FunctionRef", "WebAddress", "PreviewAddress", "Copied", "SaidToBot", "SystemCall", "Reminder"),
    *("PollOption", "SectionField", "BotDisplay", "MessageStyles", "Served"),
    *("Table", "TableStyles", "Sticky", "ListStyle"),
    *("Share", "PercentageStyles", "GraphCategory", "GraphValue", "GraphStyles"),
}
SECTION = re.compile(r"^##+ `(\w+)`\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `([^`]+)` \|(.*)\|$", re.MULTILINE)
SECTIONS = {name: dict(ROW.findall(body)) for name, body in SECTION.findall(PAGE)}

Fields = Iterator[tuple[str, inspect.Type]]


def fields(kind: type[Struct]) -> dict[str, inspect.Type]:
    """What the section of a type has to name: of a type that adds to another, only what it adds or changes."""
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    above = {field.name: field.type for base in kind.__bases__ if base in {Message, Button} for field in own(base)}
    return {path: type_ for field in own(kind) if above.get(field.name) != field.type for path, type_ in spread(field)}


def own(kind: type[Struct]) -> list[inspect.Field]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    tag = inspect.Field("type", "type", inspect.LiteralType((info.tag,)))
    return [*([tag] if info.tag_field else []), *info.fields]


def spread(field: inspect.Field, above: str = "") -> Fields:
    """The field itself, and what is in its objects if those have no section; then an object has no row of its own."""
    path = above + field.encode_name
    for member in members(field.type):
        held = getattr(member, "item_type", member)
        is_list = held is not member
        unnamed = isinstance(held, inspect.StructType) and held.cls.__name__ not in SECTIONS
        if is_list or not unnamed:
            yield path, field.type
        for inner in held.fields if unnamed else ():
            yield from spread(inner, f"{path}[]." if is_list else f"{path}.")


def members(info: inspect.Type) -> list[Any]:
    """What a field can hold."""
    found = info.types if isinstance(info, inspect.UnionType) else (info,)
    return [member for member in found if not isinstance(member, inspect.NoneType)]


def facts(info: inspect.Type) -> Iterator[str]:
    """What the row of a field has to say: its sizes and choices, and those of what it holds."""
    for limit in (getattr(info, "max_length", None), getattr(info, "min_length", None)):
        if limit is not None:
            yield f"{limit:,}"
    if isinstance(info, inspect.LiteralType):
        yield from (f"`{value}`" for value in info.values if value)
    for name in ("item_type", "key_type", "value_type"):
        if hasattr(info, name):
            yield from facts(getattr(info, name))
    if isinstance(info, inspect.UnionType):
        for member in info.types:
            yield from facts(member)


@pytest.mark.parametrize("name", TYPES)
def test_every_type_has_a_section_or_stands_in_the_row_of_another(name: str) -> None:
    assert (name in SECTIONS) != (name in INLINED)


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_names_the_fields_of_its_type(name: str) -> None:
    assert sorted(SECTIONS[name]) == sorted(fields(TYPES[name]))


@pytest.mark.parametrize("name", SECTIONS)
def test_a_row_says_the_limits_and_choices_of_its_field(name: str) -> None:
    for path, info in fields(TYPES[name]).items():
        said = re.findall(r"`[^`]+`|[0-9]+(?:,[0-9]{3})*", SECTIONS[name][path])
        missing = [fact for fact in facts(info) if fact not in said]

        assert missing == [], path


EXAMPLES = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_taken_and_has_no_field_that_would_be_ignored(example: str) -> None:
    message = judge_post(decode(example.encode(), Draft))

    assert render(message, anchor="m1")
    assert leaves(msgspec.json.decode(example)) == leaves(msgspec.to_builtins(message))


def leaves(value: Any) -> int:
    if isinstance(value, dict | list | tuple):
        return sum(map(leaves, value.values() if isinstance(value, dict) else value))
    return 1
