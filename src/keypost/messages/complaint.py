"""What exactly is wrong with a value that does not fit its type.

The decoder says only that a value does not fit, without dict keys, sizes or choices. So a value that failed is
walked once more beside the description of its type, which holds every limit: no rule stands here.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final, TypeAlias

from msgspec import inspect

from keypost.errors import Invalid
from keypost.messages.plain import visible
from keypost.messages.wording import BODY, either, kind_of, spelled, step
from keypost_sdk.buttons import SYSTEM_API
from keypost_sdk.content import EMAIL, HTTP_ADDRESS, IMAGE_ADDRESS, REFERENCE_NAME, WEB_ADDRESS

Complaints: TypeAlias = Iterator[tuple[str, Invalid]]
Rule: TypeAlias = Callable[[Any, Any, str], Complaints]

_PATTERNS: Final[Mapping[str, str]] = {
    EMAIL: "is not an e-mail address",
    WEB_ADDRESS: "is not an address: http://, https://, tel:, sms:, sip: and sips: can begin it",
    **dict.fromkeys((HTTP_ADDRESS, IMAGE_ADDRESS), "is not an http or https address"),
    SYSTEM_API: "is not one of audiocall/…, videocall/…, startchat/…, invite/…, joinchannel/…, locationpermission and "
    "set_reminder",
    REFERENCE_NAME: "is not named by a number, such as the 1 of [Label]($1)",
}
_LISTS: Final = (inspect.VarTupleType, inspect.ListType, inspect.SetType, inspect.FrozenSetType)


def complaint(value: object, kind: type, fallback: str) -> Invalid:
    """The first thing wrong with `value`, in the order of the type's fields; `fallback` is the decoder's own word."""
    for _, found in complaints(value, kind):
        return found
    return Invalid("invalid_inputs", f"{BODY} does not fit: {visible(fallback[:200])}")


def complaints(value: object, kind: type) -> Complaints:
    """Everything wrong with `value`, each with its path; what is wrong itself is not looked into."""
    return _find(_described(kind), value, "")


def fits(info: inspect.Type, value: object) -> bool:
    """Whether a type takes a value."""
    return next(_find(info, value, ""), None) is None


@cache
def _described(kind: type) -> inspect.Type:
    return inspect.type_info(kind)


def _find(info: inspect.Type, value: Any, path: str) -> Complaints:
    rule: Rule = _RULES.get(type(info), _of_other)
    return rule(info, value, path)


def _of_described(info: inspect.Metadata, value: Any, path: str) -> Complaints:
    """A type can say in words, by `Meta(extra={"form": …})`, what its pattern wants."""
    form = (info.extra or {}).get("form")
    pattern = info.type.pattern if isinstance(info.type, inspect.StrType) else None
    if form is None or type(value) is not str or _fits(pattern, value):
        return _find(info.type, value, path)
    return iter([_invalid(path, f"is {spelled(value)}; it must be {form}")])


def _of_object(info: inspect.StructType, value: Any, path: str) -> Complaints:
    if type(value) is not dict:
        yield _wrong_kind(info, value, path)
        return
    if info.tag_field is not None and info.tag_field in value and value[info.tag_field] != info.tag:
        yield _wrong_choice([info.tag], value[info.tag_field], step(path, info.tag_field))
        return
    for field in info.fields:
        where = step(path, field.encode_name)
        if field.encode_name in value:
            yield from _find(field.type, value[field.encode_name], where)
        elif field.required:
            yield _missing(where)
    if info.forbid_unknown_fields:
        yield from _unknown(info, value, path)


def _unknown(info: inspect.StructType, value: dict[str, Any], path: str) -> Complaints:
    known = [*([info.tag_field] if info.tag_field else []), *(field.encode_name for field in info.fields)]
    for name in value:
        if name not in known:
            yield _invalid(step(path, name), f"is not a field; the fields are {', '.join(known)}")


def _of_map(info: inspect.DictType, value: Any, path: str) -> Complaints:
    if type(value) is not dict:
        yield _wrong_kind(info, value, path)
        return
    yield from _wrong_size(info, len(value), path, "entry", "entries")
    for key, item in value.items():
        where = step(path, key)
        yield from _of_name(info.key_type, key, where)
        yield from _find(info.value_type, item, where)


def _of_name(info: inspect.Type, name: str, path: str) -> Complaints:
    """A name that the sender chose; `path` ends with it."""
    if not isinstance(info, inspect.StrType):
        return
    if info.max_length is not None and len(name) > info.max_length:
        yield _invalid(path, f"has a name of {len(name)} characters; {info.max_length} is the most")
    elif not _fits(info.pattern, name):
        yield _wrong_form(info, path)


def _of_list(info: Any, value: Any, path: str) -> Complaints:
    if type(value) is not list:
        yield _wrong_kind(info, value, path)
        return
    yield from _wrong_size(info, len(value), path, "entry", "entries")
    for index, item in enumerate(value):
        yield from _find(info.item_type, item, step(path, index))


def _of_text(info: inspect.StrType, value: Any, path: str) -> Complaints:
    if type(value) is not str:
        yield _wrong_kind(info, value, path)
        return
    wrong_sizes = [*_wrong_size(info, len(value), path, "character", "characters")]
    if wrong_sizes or _fits(info.pattern, value):
        yield from wrong_sizes
    else:
        yield _wrong_form(info, path)


def _of_choice(info: inspect.Type, value: Any, path: str) -> Complaints:
    choices = _choices(info)
    if not _is_among(choices, value):
        yield _wrong_choice(choices, value, path)


def _of_enum(info: inspect.EnumType, value: Any, path: str) -> Complaints:
    choices = [member.value for member in info.cls]
    if not _is_among(choices, value):
        yield _wrong_choice(choices, value, path)


def _of_union(info: inspect.UnionType, value: Any, path: str) -> Complaints:
    if _choices(info):
        return _of_choice(info, value, path)
    objects = [member for member in info.types if isinstance(member, inspect.StructType)]
    if type(value) is dict and len(objects) > 1:
        return _of_tagged(objects, value, path)
    taking = next((member for member in info.types if _takes(member, value)), None)
    return _find(taking, value, path) if taking is not None else iter([_wrong_kind(info, value, path)])


def _of_tagged(objects: list[inspect.StructType], value: dict[str, Any], path: str) -> Complaints:
    tag_field = objects[0].tag_field or "type"
    where = step(path, tag_field)
    if tag_field not in value:
        return iter([_missing(where)])
    chosen = next((member for member in objects if member.tag == value[tag_field]), None)
    if chosen is None:
        return iter([_wrong_choice([member.tag for member in objects], value[tag_field], where)])
    return _of_object(chosen, value, path)


def _of_number(info: Any, value: Any, path: str) -> Complaints:
    if not _takes(info, value):
        yield _wrong_kind(info, value, path)
    elif info.le is not None and value > info.le:
        yield _invalid(path, f"is {value}; {info.le} is the most")
    elif info.ge is not None and value < info.ge:
        yield _invalid(path, f"is {value}; {info.ge} is the least")


def _of_other(info: inspect.Type, value: Any, path: str) -> Complaints:
    if not _takes(info, value):
        yield _wrong_kind(info, value, path)


def _takes(info: inspect.Type, value: Any) -> bool:
    """Whether the kind of JSON value is right, whatever its size; a type that we do not know may take anything."""
    kinds = _KINDS.get(type(info))
    return kinds is None or type(value) in kinds


def _wrong_kind(info: inspect.Type, value: Any, path: str) -> tuple[str, Invalid]:
    choices = _choices(info)
    if choices:
        return _wrong_choice(choices, value, path)
    return _invalid(path, f"is {kind_of(value)}; it must be {either(_expected(info))}")


def _wrong_choice(choices: Iterable[Any], value: Any, path: str) -> tuple[str, Invalid]:
    given = spelled(value) if type(value) is str else kind_of(value)
    ordered = sorted(choices, key=lambda choice: (choice is None, choice == ""))
    return _invalid(path, f"is {given}; it can be {either(map(spelled, ordered))}")


def _wrong_size(info: Any, size: int, path: str, one: str, many: str) -> Complaints:
    unit = one if size == 1 else many
    if info.max_length is not None and size > info.max_length:
        code = "text_length_exceeded" if path == "text" else "invalid_inputs"
        yield path, Invalid(code, f"{path} has {size} {unit}; {info.max_length} is the most")
    elif info.min_length == 1 and size == 0:
        yield _invalid(path, "is empty")
    elif info.min_length is not None and size < info.min_length:
        yield _invalid(path, f"has {size} {unit}; {info.min_length} is the least")


def _choices(info: inspect.Type) -> list[Any]:
    """The values to choose from, if some are named; none if the type is wider than those, true, false and null."""
    members = info.types if isinstance(info, inspect.UnionType) else (info,)
    kinds = {type(member) for member in members}
    if inspect.LiteralType not in kinds or not kinds <= {inspect.LiteralType, inspect.BoolType, inspect.NoneType}:
        return []
    named = [choice for member in members if isinstance(member, inspect.LiteralType) for choice in member.values]
    return [True, False] * (inspect.BoolType in kinds) + named + [None] * (inspect.NoneType in kinds)


def _is_among(choices: Iterable[Any], value: Any) -> bool:
    """As the decoder compares: 1 is not true."""
    return any(type(choice) is type(value) and choice == value for choice in choices)


def _expected(info: inspect.Type) -> Iterable[str]:
    members = info.types if isinstance(info, inspect.UnionType) else (info,)
    names = dict.fromkeys(name for member in members for name in _NAMES.get(type(member), ("something else",)))
    if "a number" in names:
        names.pop("a whole number", None)
    return names


def _fits(pattern: str | None, value: str) -> bool:
    return pattern is None or re.search(pattern, value) is not None


def _wrong_form(info: inspect.StrType, path: str) -> tuple[str, Invalid]:
    return _invalid(path, _PATTERNS.get(info.pattern or "", "does not have the form it must have"))


def _missing(path: str) -> tuple[str, Invalid]:
    return path, Invalid("param_missing", f"{path} is missing")


def _invalid(path: str, trouble: str) -> tuple[str, Invalid]:
    return path, Invalid("invalid_inputs", f"{path or BODY} {trouble}")


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
    inspect.EnumType: _of_enum,
    inspect.Metadata: _of_described,
    inspect.UnionType: _of_union,
    inspect.IntType: _of_number,
    inspect.FloatType: _of_number,
    **dict.fromkeys(_LISTS, _of_list),
}
