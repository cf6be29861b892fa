"""What exactly is wrong with a value that does not fit its type.

The decoder says only that a value does not fit, without dict keys, sizes or choices. So a value that failed is
walked once more beside the description of its type, which holds every limit: no rule stands here.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Final, TypeAlias

from msgspec import inspect

from keypost.errors import Invalid
from keypost.messages.plain import visible
from keypost.messages.wording import BODY, either, kind_of, spelled, step
from keypost_sdk.content import EMAIL, IMAGE_ADDRESS, WEB_ADDRESS

Rule: TypeAlias = Callable[[Any, Any, str], Invalid | None]

_PATTERNS: Final[Mapping[str, str]] = {
    EMAIL: "is not an e-mail address",
    WEB_ADDRESS: "is not an address: http://, https://, tel:, sms:, sip: and sips: can begin it",
    IMAGE_ADDRESS: "is not an http or https address",
}
_LISTS: Final = (inspect.VarTupleType, inspect.ListType, inspect.SetType, inspect.FrozenSetType)


def complaint(value: object, kind: type, fallback: str) -> Invalid:
    """The first thing wrong with `value`, in the order of the type's fields; `fallback` is the decoder's own word."""
    found = _find(_described(kind), value, "")
    return found or Invalid("invalid_inputs", f"{BODY} does not fit: {visible(fallback[:200])}")


@cache
def _described(kind: type) -> inspect.Type:
    return inspect.type_info(kind)


def _find(info: inspect.Type, value: Any, path: str) -> Invalid | None:
    rule: Rule = _RULES.get(type(info), _of_other)
    return rule(info, value, path)


def _of_object(info: inspect.StructType, value: Any, path: str) -> Invalid | None:
    if type(value) is not dict:
        return _wrong_kind(info, value, path)
    if info.tag_field is not None and info.tag_field in value and value[info.tag_field] != info.tag:
        return _wrong_choice([info.tag], value[info.tag_field], step(path, info.tag_field))
    for field in info.fields:
        where = step(path, field.encode_name)
        if field.encode_name in value:
            found = _find(field.type, value[field.encode_name], where)
        else:
            found = _missing(where) if field.required else None
        if found:
            return found
    return None


def _of_map(info: inspect.DictType, value: Any, path: str) -> Invalid | None:
    if type(value) is not dict:
        return _wrong_kind(info, value, path)
    return _first(_find(info.value_type, item, step(path, key)) for key, item in value.items())


def _of_list(info: Any, value: Any, path: str) -> Invalid | None:
    if type(value) is not list:
        return _wrong_kind(info, value, path)
    wrong_size = _wrong_size(info, len(value), path, "entry", "entries")
    return wrong_size or _first(_find(info.item_type, item, step(path, index)) for index, item in enumerate(value))


def _of_text(info: inspect.StrType, value: Any, path: str) -> Invalid | None:
    if type(value) is not str:
        return _wrong_kind(info, value, path)
    if wrong_size := _wrong_size(info, len(value), path, "character", "characters"):
        return wrong_size
    if info.pattern is not None and not _fits(info.pattern, value):
        return _invalid(path, _PATTERNS.get(info.pattern, "does not have the form it must have"))
    return None


def _of_choice(info: inspect.LiteralType, value: Any, path: str) -> Invalid | None:
    return None if value in info.values else _wrong_choice(info.values, value, path)


def _of_union(info: inspect.UnionType, value: Any, path: str) -> Invalid | None:
    if choices := _choices(info):
        return None if value in choices else _wrong_choice(choices, value, path)
    objects = [member for member in info.types if isinstance(member, inspect.StructType)]
    if type(value) is dict and len(objects) > 1:
        return _of_tagged(objects, value, path)
    for member in info.types:
        if _takes(member, value):
            return _find(member, value, path)
    return _wrong_kind(info, value, path)


def _of_tagged(objects: list[inspect.StructType], value: dict[str, Any], path: str) -> Invalid | None:
    tag_field = objects[0].tag_field or "type"
    where = step(path, tag_field)
    if tag_field not in value:
        return _missing(where)
    chosen = [member for member in objects if member.tag == value[tag_field]]
    if not chosen:
        return _wrong_choice([member.tag for member in objects], value[tag_field], where)
    return _of_object(chosen[0], value, path)


def _of_number(info: Any, value: Any, path: str) -> Invalid | None:
    if not _takes(info, value):
        return _wrong_kind(info, value, path)
    if info.le is not None and value > info.le:
        return _invalid(path, f"is {value}; {info.le} is the most")
    if info.ge is not None and value < info.ge:
        return _invalid(path, f"is {value}; {info.ge} is the least")
    return None


def _of_other(info: inspect.Type, value: Any, path: str) -> Invalid | None:
    return None if _takes(info, value) else _wrong_kind(info, value, path)


def _takes(info: inspect.Type, value: Any) -> bool:
    """Whether the kind of JSON value is right, whatever its size; a type that we do not know may take anything."""
    kinds = _KINDS.get(type(info))
    return kinds is None or type(value) in kinds


def _wrong_kind(info: inspect.Type, value: Any, path: str) -> Invalid:
    choices = _choices(info)
    if choices:
        return _wrong_choice(choices, value, path)
    return _invalid(path, f"is {kind_of(value)}; it must be {either(_expected(info))}")


def _wrong_choice(choices: Iterable[Any], value: Any, path: str) -> Invalid:
    given = spelled(value) if type(value) is str else kind_of(value)
    ordered = sorted(choices, key=lambda choice: (choice is None, choice == ""))
    return _invalid(path, f"is {given}; it can be {either(map(spelled, ordered))}")


def _wrong_size(info: Any, size: int, path: str, one: str, many: str) -> Invalid | None:
    unit = one if size == 1 else many
    if info.max_length is not None and size > info.max_length:
        code = "text_length_exceeded" if path == "text" else "invalid_inputs"
        return Invalid(code, f"{path} has {size} {unit}; {info.max_length} is the most")
    if info.min_length == 1 and size == 0:
        return _invalid(path, "is empty")
    if info.min_length is not None and size < info.min_length:
        return _invalid(path, f"has {size} {unit}; {info.min_length} is the least")
    return None


def _choices(info: inspect.Type) -> list[Any]:
    """The values to choose from, with null where it is one of them; none if the type is wider than that."""
    members = info.types if isinstance(info, inspect.UnionType) else (info,)
    literals = [member for member in members if isinstance(member, inspect.LiteralType)]
    has_null = any(isinstance(member, inspect.NoneType) for member in members)
    if not literals or len(literals) + has_null < len(members):
        return []
    return [choice for literal in literals for choice in literal.values] + [None] * has_null


def _expected(info: inspect.Type) -> Iterable[str]:
    members = info.types if isinstance(info, inspect.UnionType) else (info,)
    names = dict.fromkeys(name for member in members for name in _NAMES.get(type(member), ("something else",)))
    if "a number" in names:
        names.pop("a whole number", None)
    return names


def _fits(pattern: str, value: str) -> bool:
    return re.search(pattern, value) is not None


def _first(found: Iterable[Invalid | None]) -> Invalid | None:
    return next(filter(None, found), None)


def _missing(path: str) -> Invalid:
    return Invalid("param_missing", f"{path} is missing")


def _invalid(path: str, trouble: str) -> Invalid:
    return Invalid("invalid_inputs", f"{path or BODY} {trouble}")


_NAMES: Final[Mapping[type, tuple[str, ...]]] = {
    inspect.StructType: ("an object",),
    inspect.DictType: ("an object",),
    inspect.StrType: ("text",),
    inspect.BoolType: ("true", "false"),
    inspect.IntType: ("a whole number",),
    inspect.FloatType: ("a number",),
    inspect.NoneType: ("null",),
    **dict.fromkeys(_LISTS, ("a list",)),
}
_KINDS: Final[Mapping[type, set[type]]] = {
    inspect.StructType: {dict},
    inspect.DictType: {dict},
    inspect.StrType: {str},
    inspect.BoolType: {bool},
    inspect.IntType: {int},
    inspect.FloatType: {int, float},
    inspect.NoneType: {type(None)},
    **{kind: {list} for kind in _LISTS},
}
_RULES: Final[Mapping[type, Rule]] = {
    inspect.StructType: _of_object,
    inspect.DictType: _of_map,
    inspect.StrType: _of_text,
    inspect.LiteralType: _of_choice,
    inspect.UnionType: _of_union,
    inspect.IntType: _of_number,
    inspect.FloatType: _of_number,
    **dict.fromkeys(_LISTS, _of_list),
}
