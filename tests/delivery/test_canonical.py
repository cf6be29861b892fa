import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.delivery.javascript import parse_and_stringify

from keypost.delivery.canonical import ARRAY_INDEX_MAX, DEPTH_MAX, INTEGER_MAX, canonical

# Each right side is what node prints for JSON.stringify(JSON.parse(left side)).
NUMBERS: list[tuple[Any, str]] = [
    (0.0, "0"),
    (-0.0, "0"),
    (1.0, "1"),
    (-1.5, "-1.5"),
    (0.1, "0.1"),
    (0.1 + 0.2, "0.30000000000000004"),
    (4.35, "4.35"),
    (100.0, "100"),
    (1e-6, "0.000001"),
    (1e-7, "1e-7"),
    (1.5e-7, "1.5e-7"),
    (2.0**-44, "5.684341886080802e-14"),
    (-276804372109801.375, "-276804372109801.38"),
    (1e20, "100000000000000000000"),
    (123456789012345680000.0, "123456789012345680000"),
    (1e21, "1e+21"),
    (1.5e21, "1.5e+21"),
    (1.7976931348623157e308, "1.7976931348623157e+308"),
    (2.2250738585072014e-308, "2.2250738585072014e-308"),
    (5e-324, "5e-324"),
    (9007199254740992, "9007199254740992"),
    (-9007199254740992, "-9007199254740992"),
]

STRINGS: list[tuple[Any, str]] = [
    ("\b\t\n\f\r", r'"\b\t\n\f\r"'),
    ("\x00\x0b\x1b\x1f", r'"\u0000\u000b\u001b\u001f"'),
    ('"\\/', r'"\"\\/"'),
    ("\x7f\x80\x9f", '"\x7f\x80\x9f"'),
    ("\u2028\u2029\ufeff\uffff", '"\u2028\u2029\ufeff\uffff"'),
    ("</script> é 漢 😀", '"</script> é 漢 😀"'),
]

MAPS: list[tuple[Any, str]] = [
    ({"b": 1, "2": 2, "a": 3, "1": 4}, '{"1":4,"2":2,"b":1,"a":3}'),
    ({"10": 0, "9": 0, "01": 0, "0": 0}, '{"0":0,"9":0,"10":0,"01":0}'),
    ({"x": 0, "4294967295": 0, "4294967294": 0}, '{"4294967294":0,"x":0,"4294967295":0}'),
    ({"-1": 0, "1.0": 0, "1e3": 0, "٣": 0, "": 0, "7": 0}, '{"7":0,"-1":0,"1.0":0,"1e3":0,"٣":0,"":0}'),
    ({"__proto__": 1, "constructor": 2, "3": 3}, '{"3":3,"__proto__":1,"constructor":2}'),
    ({"a": [{"2": None, "1": [True, False]}]}, '{"a":[{"1":[true,false],"2":null}]}'),
]

texts = st.text(st.characters(exclude_categories=["Cs"]))
keys = texts | st.integers(-3, ARRAY_INDEX_MAX + 3).map(str) | st.sampled_from(["0", "00", "1", "01", "10", "2"])
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-INTEGER_MAX, INTEGER_MAX)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner))


@pytest.mark.parametrize(("value", "text"), NUMBERS + STRINGS + MAPS)
def test_the_body_is_what_node_prints(value: Any, text: str) -> None:
    assert canonical(value).decode() == text


@pytest.mark.parametrize(("value", "text"), NUMBERS + STRINGS + MAPS)
def test_the_model_of_javascript_is_what_node_prints(value: Any, text: str) -> None:
    assert parse_and_stringify(json.dumps(value)) == text


@given(values)
def test_a_receiver_in_javascript_serialises_the_very_bytes_that_were_signed(value: Any) -> None:
    body = canonical(value)

    assert parse_and_stringify(body.decode()).encode() == body


@given(values)
def test_nothing_is_lost_on_the_way(value: Any) -> None:
    assert json.loads(canonical(value), parse_int=float) == value


@pytest.mark.parametrize("number", [INTEGER_MAX + 1, -INTEGER_MAX - 1, 10**400, math.nan, math.inf, -math.inf])
def test_a_number_that_javascript_would_change_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match=r"JavaScript|NaN"):
        canonical({"id": number})


@pytest.mark.parametrize("value", ["\ud800", ["a\udfff"], {"\ud83d": 1}])
def test_a_lone_surrogate_is_refused_without_a_word_of_the_body(value: Any) -> None:
    with pytest.raises(ValueError, match="lone surrogate") as refusal:
        canonical([value, "the secret beside it"])

    assert not isinstance(refusal.value, UnicodeError)
    assert refusal.value.__suppress_context__


@pytest.mark.parametrize("value", [{1: "a"}, {None: "a"}, b"bytes", {1, 2}, object()])
def test_what_is_not_json_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def test_nesting_is_bounded() -> None:
    value: Any = 0
    for _ in range(DEPTH_MAX):
        value = [value]

    assert canonical(value).count(b"[") == DEPTH_MAX
    with pytest.raises(ValueError, match="levels"):
        canonical({"one more": value})
