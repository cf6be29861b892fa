"""What senders write where they have nothing to say: null, an empty text, an object with nothing in it.

Many programs write every field of what they send, whatever is in it. In a field that need not be there and cannot hold
such a thing, it means what leaving the field out means. Where it can be held it stays, as a cell that is null; where
something is needed it stays too, and is refused.
"""

from collections.abc import Iterable, Sized
from functools import cache
from typing import Any, Final

from msgspec import inspect

from keypost.messages.complaint import fits

_LISTS: Final = (inspect.VarTupleType, inspect.ListType)


def said(value: Any, kind: type) -> Any:
    """The value without the fields of `kind` that say nothing."""
    return _said(_described(kind), value)


@cache
def _described(kind: type) -> inspect.Type:
    return inspect.type_info(kind)


def _said(info: inspect.Type, value: Any) -> Any:
    match info:
        case inspect.Metadata():
            return _said(info.type, value)
        case inspect.UnionType():
            chosen = _chosen(info.types, value)
            return _said(chosen, value) if chosen is not None else value
        case inspect.StructType() if type(value) is dict:
            return _of_object(info, value)
        case inspect.VarTupleType() | inspect.ListType() if type(value) is list and _is_short(info, value):
            return [_said(info.item_type, item) for item in value]
        case inspect.DictType() if type(value) is dict and _is_short(info, value):
            return {name: _said(info.value_type, item) for name, item in value.items()}
        case _:
            return value


def _is_short(info: inspect.VarTupleType | inspect.ListType | inspect.DictType, value: Sized) -> bool:
    """What has too many entries is refused, whatever they say: nobody goes through them."""
    return info.max_length is None or len(value) <= info.max_length


def _of_object(info: inspect.StructType, value: dict[str, Any]) -> dict[str, Any]:
    fields = {field.encode_name: field for field in info.fields}
    found = {name: _said(fields[name].type, item) if name in fields else item for name, item in value.items()}
    return {name: item for name, item in found.items() if name not in fields or _stays(fields[name], item)}


def _stays(field: inspect.Field, item: Any) -> bool:
    return field.required or not _is_silent(item) or fits(field.type, item)


def _is_silent(item: Any) -> bool:
    match item:
        case None:
            return True
        case str():
            return not item.strip()
        case dict():
            return all(map(_is_silent, item.values()))
        case _:
            return False


def _chosen(members: Iterable[inspect.Type], value: Any) -> inspect.Type | None:
    """The kind of object that is meant, or the one kind of list."""
    if type(value) is not dict:
        return next((member for member in members if isinstance(member, _LISTS)), None)
    objects = [member for member in members if isinstance(member, inspect.StructType)]
    tagged = [member for member in objects if member.tag is None or value.get(str(member.tag_field)) == member.tag]
    return tagged[0] if len(tagged) == 1 else None
