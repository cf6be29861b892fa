"""What JavaScript's `JSON.stringify(JSON.parse(text))` gives, written from ECMA-262 and sharing nothing with our code.

`Number::toString` (6.1.6.1.20), `QuoteJSONString` (25.5.2.3) and `OrdinaryOwnPropertyKeys` (10.1.11.1). The vectors
of the test beside it were made by node and hold this model to it.
"""

import json
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any, Final

ESCAPES: Final = {
    0x08: "\\b",
    0x09: "\\t",
    0x0A: "\\n",
    0x0C: "\\f",
    0x0D: "\\r",
    0x22: '\\"',
    0x5C: "\\\\",
}


def parse_and_stringify(text: str) -> str:
    return stringify(json.loads(text, parse_int=float))


def stringify(value: Any) -> str:
    if value is None:
        return "null"
    if value is True or value is False:
        return str(value).lower()
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, float):
        return number(value)
    if isinstance(value, list):
        return f"[{','.join(stringify(item) for item in value)}]"
    return f"{{{','.join(f'{quote(key)}:{stringify(value[key])}' for key in own_keys(value))}}}"


def quote(text: str) -> str:
    return '"' + "".join(quoted_unit(ord(character)) for character in text) + '"'


def quoted_unit(code: int) -> str:
    if code in ESCAPES:
        return ESCAPES[code]
    return f"\\u{code:04x}" if code < 0x20 else chr(code)


def own_keys(members: dict[str, Any]) -> list[str]:
    indices = {str(int(key)) for key in members if key.isdecimal() and key.isascii() and len(key) < 11}
    ascending = sorted((key for key in members if key in indices and int(key) < 2**32 - 1), key=int)
    return ascending + [key for key in members if key not in ascending]


def number(value: float) -> str:
    if value == 0:
        return "0"
    if value < 0:
        return "-" + number(-value)
    digits, point = shortest(value)
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    sign = "+" if point > 0 else "-"
    fraction = f".{digits[1:]}" if count > 1 else ""
    return f"{digits[0]}{fraction}e{sign}{abs(point - 1)}"


def shortest(value: float) -> tuple[str, int]:
    """The fewest digits that read back as `value` and how many of them stand before the point.

    Where several numbers have as few digits the closest is taken, of two equally close ones the even.
    """
    exact = Decimal(value)
    for precision in range(1, 18):
        near = [Context(prec=precision, rounding=way).plus(exact) for way in (ROUND_FLOOR, ROUND_CEILING)]
        if good := [candidate for candidate in near if float(candidate) == value]:
            best = min(good, key=lambda one: (abs(one - exact), one.as_tuple().digits[-1] % 2)).as_tuple()
            digits = "".join(map(str, best.digits))
            return digits.rstrip("0"), len(digits) + int(best.exponent)
    raise AssertionError("17 digits always read back equal")
