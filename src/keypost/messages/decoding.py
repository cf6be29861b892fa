"""From the bytes of a body to a typed value, in one pass when all is well."""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from functools import partial, reduce
from math import isinf
from typing import Any, Final, NoReturn, TypeAlias, TypeVar

import msgspec

from keypost.errors import Invalid
from keypost.messages.complaint import complaint
from keypost.messages.plain import visible
from keypost.messages.wording import BODY, kind_of, step

DEPTH_MAX: Final = 32
NODES_MAX: Final = 5_000
INTEGER_MAX: Final = 2**53
SAID_MAX: Final = 200
"""Characters of what a parser says."""

_DIGITS_THAT_PROVE_IT_TOO_BIG: Final = 20
_POSITION: Final = re.compile(r"^JSON is malformed: (?P<reason>.+) \(byte (?P<byte>\d+)\)$")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")

T = TypeVar("T")
Place: TypeAlias = "tuple[Place, str | int] | None"
"""Of a list or map in a body: the one that holds it, and its key there; None for the outermost."""


def decode(body: bytes, kind: type[T]) -> T:
    """Read a JSON object as `kind`, or refuse with a code and a sentence that names path and size.

    Codes: `invalid_json`, `param_missing`, `text_length_exceeded`, `invalid_inputs`. Of duplicate keys the last wins.
    """
    value = parsed(body)
    check(value)
    return convert(value, kind)


def decode_large(body: bytes, kind: type[T]) -> T:
    """Read a large object of texts as `kind`. The parser stops at the first thing that does not fit, and makes nothing
    of the rest. What is wrong is said in its words, for nobody goes through all of it again.
    """
    try:
        value = msgspec.json.decode(body.removeprefix(BOM_UTF8), type=kind)
    except RecursionError:
        raise _too_deep(BODY) from None
    except msgspec.ValidationError as error:
        raise Invalid("invalid_inputs", f"{BODY} does not fit: {visible(str(error)[:SAID_MAX])}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_utf8(body, BODY) or _malformed(body, BODY, str(error)) from None
    check(value)
    return value


def decode_any(body: bytes) -> Any:
    """Read any JSON value within the same bounds, for what is judged later."""
    value = parsed(body)
    check({"": value})
    return value


def convert(value: Any, kind: type[T]) -> T:
    """A checked value as `kind`, or the refusal that says what does not fit."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise complaint(value, kind, str(error)) from None


def parsed(body: bytes, name: str = BODY) -> Any:
    """Any JSON value, not checked yet; a refusal calls the whole of it `name`. The mark that some programs begin UTF-8
    with is no part of it.
    """
    body = body.removeprefix(BOM_UTF8)
    try:
        return msgspec.json.decode(body)
    except RecursionError:
        raise _too_deep(name) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unreadable(body, name, str(error)) from None


def check(value: Any) -> None:
    """Refuse what JSON can say and a store, a signature or another language cannot hold."""
    if type(value) is not dict:
        raise _not_an_object(value)
    if _is_plain(value):
        return
    for place, key, item in _nodes(value):
        if type(key) is str and "\x00" in key:
            raise Invalid("invalid_inputs", f"{_path(place, key)} has a NUL character in its name")
        kind = type(item)
        if kind is str:
            if "\x00" in item:
                raise Invalid("invalid_inputs", f"{_path(place, key)} has a NUL character")
        elif kind is int and not -INTEGER_MAX <= item <= INTEGER_MAX:
            raise _too_big(_path(place, key))


def require_bounds(holder: dict[str, Any] | list[Any], path: str) -> None:
    """Refuse a list or map that alone is too much or too deep, before anybody goes through it."""
    for _ in _nodes(holder, path):
        pass


def _is_plain(value: dict[str, Any]) -> bool:
    """Texts and switches alone: most messages are that, and are seen to be it in a fraction of the time."""
    for key, item in value.items():
        if type(item) is str:
            if "\x00" in item:
                return False
        elif item is not True and item is not False:
            return False
        if "\x00" in key:
            return False
    return len(value) <= NODES_MAX


def _nodes(value: Any, within: str = "") -> Iterator[tuple[Place, str | int, Any]]:
    """Everything inside, in no special order, as the place of what holds it, its key there and itself."""
    count = 0
    waiting: list[tuple[Place, int, Any]] = [(None, 1, value)]
    while waiting:
        place, depth, holder = waiting.pop()
        if depth > DEPTH_MAX:
            raise _too_deep(_path_of(place, within))
        count += len(holder)
        if count > NODES_MAX:
            raise Invalid("invalid_inputs", f"{BODY} has more than {NODES_MAX} values")
        for key, item in holder.items() if type(holder) is dict else enumerate(holder):
            yield place, key, item
            if type(item) is dict or type(item) is list:
                waiting.append(((place, key), depth + 1, item))


def _path(place: Place, key: str | int, within: str = "") -> str:
    return _path_of((place, key), within)


def _path_of(place: Place, within: str) -> str:
    """Spelled for a refusal alone: paths of all that is deep and wide together would be long."""
    keys: list[str | int] = []
    while place is not None:
        place, key = place
        keys.append(key)
    return reduce(step, reversed(keys), within)


def _unreadable(body: bytes, name: str, complaint_of_parser: str) -> Invalid:
    """The parser stops at the first thing it dislikes; a second, more lenient reading finds the words for it."""
    if wrong := _not_utf8(body, name):
        return wrong
    try:
        value = json.loads(body.decode(), parse_int=_bounded_int, parse_constant=_refuse_constant)
    except RecursionError:
        return _too_deep(name)
    except ValueError:
        return _malformed(body, name, complaint_of_parser)
    return _unrepresentable(value, name)


def _not_utf8(body: bytes, name: str) -> Invalid | None:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return Invalid("invalid_json", f"{name} is not UTF-8 at byte {error.start}")
    return None


def _malformed(body: bytes, name: str, complaint_of_parser: str) -> Invalid:
    if not body.strip():
        return Invalid("invalid_json", f"{name} is empty; it must be a JSON object")
    if found := _POSITION.match(complaint_of_parser):
        passed = found["reason"] == "trailing characters"  # Which the parser reports one byte late.
        return Invalid("invalid_json", f"{name} is not JSON: {found['reason']} at byte {int(found['byte']) - passed}")
    return Invalid("invalid_json", f"{name} is not JSON: it ends too early, at byte {len(body)}")


def _unrepresentable(value: Any, name: str) -> Invalid:
    within = "" if name == BODY else name
    if type(value) is not dict and (not within or type(value) is not list):
        return _not_an_object(value)
    for place, key, item in _nodes(value, within):
        where = partial(_path, place, key, within)
        if type(key) is str and _SURROGATE.search(key):
            return Invalid("invalid_inputs", f"{where()} has half of a surrogate pair in its name")
        if type(item) is str and _SURROGATE.search(item):
            return Invalid("invalid_inputs", f"{where()} has half of a surrogate pair")
        if (type(item) is float and isinf(item)) or (type(item) is int and abs(item) > INTEGER_MAX):
            return _too_big(where())
    return Invalid("invalid_json", f"{name} is not JSON")


def _bounded_int(digits: str) -> int:
    """Python refuses to read very long integers, and reading them would take quadratic time."""
    return int(digits[:_DIGITS_THAT_PROVE_IT_TOO_BIG])


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _not_an_object(value: object) -> Invalid:
    return Invalid("invalid_inputs", f"{BODY} is {kind_of(value)}; it must be an object")


def _too_deep(path: str) -> Invalid:
    return Invalid("invalid_inputs", f"{path} is nested too deep; {DEPTH_MAX} levels are the most")


def _too_big(path: str) -> Invalid:
    return Invalid("invalid_inputs", f"{path} is a number beyond 2^53; send it as text")
