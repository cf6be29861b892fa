"""JSON in the one form that JavaScript's `JSON.stringify(JSON.parse(body))` gives back byte for byte.

Receivers of the wire verify a signature over the body as they re-serialise it, not over the bytes that they got;
whatever does not survive that round trip looks to them like a forgery.
"""

import json
import math
import re
from decimal import Decimal
from typing import Any, Final

INTEGER_MAX: Final = 2**53
"""Up to here every integer is a JavaScript number of its own."""

ARRAY_INDEX_MAX: Final = 2**32 - 2
"""Keys that spell an integer up to this one are array indices: JavaScript lists them first, ascending."""

DEPTH_MAX: Final = 64
"""Content ends at 32; the members around it are ours and few. The bound keeps the recursion here shallow."""

DECIMAL_FROM: Final = 1e-6
EXPONENT_FROM: Final = 1e21
"""JavaScript writes sizes from `DECIMAL_FROM` to below `EXPONENT_FROM` without an exponent."""

_WORDS: Final = {None: "null", True: "true", False: "false"}
_INTEGER_KEY: Final = re.compile(r"0|[1-9][0-9]{0,9}")


def canonical(value: Any) -> bytes:
    """UTF-8 of `value`, which is made of None, bool, int, float, str, list, tuple and dict with str keys.

    ValueError where JavaScript would read something else than we wrote; TypeError for any other type.
    """
    text = _json(value, DEPTH_MAX)
    try:
        return text.encode()
    except UnicodeEncodeError:
        # The original error carries the whole body, which may hold a secret: it must not reach a traceback.
        raise ValueError("a lone surrogate has no form in UTF-8") from None


def _json(value: Any, depth: int) -> str:
    match value:
        case None | bool():
            return _WORDS[value]
        case str():
            return _string(value)
        case int():
            return _integer(value)
        case float():
            return _number(value)
        case list() | tuple():
            return "[" + ",".join([_json(item, _deeper(depth)) for item in value]) + "]"
        case dict():
            return "{" + ",".join(_members(value, _deeper(depth))) + "}"
        case _:
            raise TypeError(f"{type(value).__name__} has no form in JSON")


def _deeper(depth: int) -> int:
    if depth == 0:
        raise ValueError(f"more than {DEPTH_MAX} levels of lists and maps")
    return depth - 1


def _string(text: str) -> str:
    # The standard library escapes as JavaScript does: the quote, the backslash and U+0000 to U+001F, nothing else.
    return json.dumps(text, ensure_ascii=False)


def _integer(value: int) -> str:
    if abs(value) > INTEGER_MAX:
        raise ValueError("an integer past 2^53 is not exact in JavaScript; send it as a string")
    return str(int(value))


def _number(value: float) -> str:
    """Python and JavaScript both give the shortest digits that read back equal, but place the exponent differently."""
    if not math.isfinite(value):
        raise ValueError("JSON knows no NaN and no infinity")
    if value == 0:
        return "0"  # JavaScript drops the sign of a negative zero.

    shortest = float.__repr__(value)
    if DECIMAL_FROM <= abs(value) < EXPONENT_FROM:
        return format(Decimal(shortest), "f").removesuffix(".0")
    digits, _, exponent = shortest.partition("e")
    return f"{digits.removesuffix('.0')}e{int(exponent):+d}"


def _members(members: dict[Any, Any], depth: int) -> list[str]:
    if not all(isinstance(key, str) for key in members):
        raise TypeError("a key in JSON is a string")
    indices = sorted((key for key in members if _is_array_index(key)), key=int)
    names = [key for key in members if not _is_array_index(key)]
    return [f"{_string(key)}:{_json(members[key], depth)}" for key in (*indices, *names)]


def _is_array_index(key: str) -> bool:
    return _INTEGER_KEY.fullmatch(key) is not None and int(key) <= ARRAY_INDEX_MAX
