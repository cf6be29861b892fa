"""What works in a pasted thing, and does nothing: fields that nobody reads, and fields with nothing in them."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from msgspec import inspect

from keypost.extensions.finding import Finding
from keypost.messages.wording import step
from keypost.pasted.kinds import Posted, Reading

_LISTS: Final = (inspect.VarTupleType, inspect.ListType)
_ELSEWHERE: Final = {"confirm": "it belongs into action"}


def hints(reading: Reading, value: dict[str, Any]) -> Iterator[Finding]:
    for path, sentence in _of(_described(reading.kind), value, ""):
        shown = reading.shown(path)
        if path != "text":
            yield Finding(shown, f"{shown} {sentence}", is_hint=True)
    if reading.kind is Posted and not str(value.get("text", "")).strip():
        yield Finding("text", "text is missing or empty; a post needs one, a handler's answer does not", is_hint=True)


@cache
def _described(kind: type) -> inspect.Type:
    return inspect.type_info(kind)


def _of(info: inspect.Type, value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Beside the type; what does not fit it has been named already and is passed over."""
    if isinstance(info, inspect.Metadata):
        yield from _of(info.type, value, path)
    elif isinstance(info, inspect.UnionType):
        yield from _of_union(info, value, path)
    elif isinstance(info, inspect.StructType) and isinstance(value, dict):
        yield from _of_object(info, value, path)
    elif isinstance(info, _LISTS) and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _of(info.item_type, item, step(path, index))
    elif isinstance(info, inspect.DictType) and isinstance(value, dict):
        for key, item in value.items():
            yield from _of(info.value_type, item, step(path, key))


def _of_union(info: inspect.UnionType, value: Any, path: str) -> Iterator[tuple[str, str]]:
    objects = [member for member in info.types if isinstance(member, inspect.StructType)]
    if not isinstance(value, dict) or not objects:
        return
    tag_field = objects[0].tag_field
    told = value.get(tag_field) if tag_field else None
    chosen = next((member for member in objects if len(objects) == 1 or member.tag == told), None)
    if chosen is not None:
        yield from _of_object(chosen, value, path)


def _of_object(info: inspect.StructType, value: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    fields = {field.encode_name: field.type for field in info.fields}
    for name, item in value.items():
        where = step(path, name)
        if name in fields:
            if _is_empty(item):
                yield where, "is empty"
            yield from _of(fields[name], item, where)
        elif name != info.tag_field:
            yield where, f"has no effect here: {_ELSEWHERE.get(name, 'Keypost does not know it')}"


def _is_empty(value: object) -> bool:
    return value in (None, [], {}) or (isinstance(value, str) and not value.strip())
