"""How a refusal spells paths, values and choices of a body, and how a chat says how many take part."""

from collections.abc import Iterable
from typing import Final

from keypost.messages.plain import visible

BODY: Final = "The body"
QUOTE_MAX: Final = 40


def step(path: str, key: str | int) -> str:
    if isinstance(key, int):
        return f"{path}[{key}]"
    is_word = key.isidentifier() or (bool(path) and key.isdecimal())
    if not is_word or len(key) > QUOTE_MAX:
        return f"{path}[{quoted(key)}]"
    return f"{path}.{key}" if path else key


def quoted(text: str) -> str:
    """A stranger's text, fit to stand in a sentence."""
    cut = text if len(text) <= QUOTE_MAX else text[:QUOTE_MAX] + "…"
    return f'"{visible(cut, keep="")}"'


def kind_of(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return "text"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case _:
            return "an object"


def spelled(choice: str | int | bool | None) -> str:
    match choice:
        case "":
            return "empty"
        case str():
            return quoted(choice)
        case None | bool():
            return kind_of(choice)
        case _:
            return str(choice)


def either(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def how_many(people: int, bots: int) -> str:
    persons = f"{people} person" if people == 1 else f"{people} people"
    if bots == 0:
        return persons
    return f"{persons}, {bots} bot" if bots == 1 else f"{persons}, {bots} bots"
