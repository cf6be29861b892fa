import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keypost.pasted.relaxed_json import Unreadable, read

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
spaces = st.text(" \t\n\r\ufeff\u00a0", max_size=3)
comments = st.text(st.characters(exclude_characters="\n*/"), max_size=8).flatmap(
    lambda text: st.sampled_from([f"//{text}\n", f"/*{text}*/", f"/**\n{text}\n**/", f'// {{ " [{text}\n'])
)
filling = st.lists(spaces | comments, max_size=3).map("".join)


def spelled(value: Any, draw: st.DrawFn) -> str:
    """A value as JSON with comments and spaces wherever there can be some, and commas after the last entry."""
    before, after = draw(filling), draw(filling)
    if isinstance(value, dict):
        members = [
            f"{draw(filling)}{json.dumps(key)}{draw(filling)}:{spelled(item, draw)}" for key, item in value.items()
        ]
        text = "{" + _listed(members, draw) + "}"
    elif isinstance(value, list):
        text = "[" + _listed([spelled(item, draw) for item in value], draw) + "]"
    else:
        text = json.dumps(value, ensure_ascii=draw(st.booleans()))
    return f"{before}{text}{after}"


def _listed(entries: list[str], draw: st.DrawFn) -> str:
    goes_on = draw(st.booleans())
    return ",".join(entries) + ("," if entries and goes_on else "") + draw(filling)


@st.composite
def pasted(draw: st.DrawFn) -> tuple[Any, str]:
    value = draw(json_values)
    text = spelled(value, draw)
    around = draw(st.sampled_from(["{}", "response ={};", "return {};", "response={};\nreturn response;", "var x ={}"]))
    return value, around.replace("{}", text)


@given(pasted())
def test_json_reads_equal_whatever_is_around_and_between(drawn: tuple[Any, str]) -> None:
    value, text = drawn

    assert read(text).value == value


@given(json_values, st.sampled_from([None, 2]))
def test_plain_json_is_json(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)

    assert read(text).value == json.loads(text)


@given(st.text(st.sampled_from("{}[]\",:/*'\\ \nabnrtu019-.e;=_“"), max_size=40) | st.text(max_size=40))
def test_any_text_is_read_or_refused_with_a_line_that_it_has(text: str) -> None:
    line, sentence = 1, "read"
    try:
        read(text)
    except Unreadable as refused:
        line, sentence = refused.line, refused.sentence

    assert 1 <= line <= text.count("\n") + 1
    assert sentence


@given(st.text(st.sampled_from('{}[]",: 01a\n'), max_size=30))
def test_whatever_json_takes_is_taken_with_the_same_meaning(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        return

    assert read(text).value == expected


@pytest.mark.parametrize(
    "number", ["0", "-0", "10", "-1.50", "1e3", "1E+2", "2.5e-3", "1e999", "123456789012345678901"]
)
def test_numbers_are_what_json_says(number: str) -> None:
    assert read(number).value == json.loads(number)


def test_each_thing_has_its_line() -> None:
    text = (
        '// one\n{\n  "text": "a",\n  "buttons": [\n    {"label": "x"},\n    /* two\n lines */ {"label": "y"}\n  ]\n}'
    )

    assert read(text).lines == {
        "": 2,
        "text": 3,
        "buttons": 4,
        "buttons[0]": 5,
        "buttons[0].label": 5,
        "buttons[1]": 7,
        "buttons[1].label": 7,
    }


def test_what_is_named_twice_counts_once_and_is_known() -> None:
    found = read('{"a": {"b": 1, "b": 2}, "a": {"b": 3}}')

    assert found.value == {"a": {"b": 3}}
    assert found.twice == ("a.b", "a")


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("", 1, "it ends where a value has to be"),
        ('{\n"a": [1,\n2', 3, "it ends too early: the [ of line 2 is not closed"),
        ('{"a": 1\n "b": 2}', 2, "a comma is missing before this, or something is not closed"),
        ("{\n label: 1}", 2, 'a name stands in double quotes: "label"'),
        ("{'label': 1}", 1, "text stands in double quotes, not in single ones"),
        ('{"a": “b”}', 1, '“ is a typographic quotation mark; JSON has "'),
        ('{"a": {{"b": 1}}}', 1, "a list is written with [ and ]"),
        ('{"a": label}', 1, '"label" is a name of code, not a value'),
        ('{"a": "one\ntwo"}', 1, "a text stands on one line"),
        ('{"a": "one', 1, 'this text does not end: its closing " is missing'),
        ('{"a": "C:\\Users"}', 1, "JSON does not know this: a backslash in a text is written twice"),
        ('{"a" 1}', 1, 'after the name "a" there has to be a colon'),
        ('"buttons": []', 1, "this is one entry of an object; put { and } around it"),
        ('{"a": 1}\n{"b": 2}', 2, "there is more after the value; check one at a time"),
        ("[1,,2]", 1, 'here is "," where a value has to be'),
        ("1 /* never closed", 1, "this comment does not end: its closing */ is missing"),
        ("9" * 5_000, 1, "this number has too many digits"),
        ("[" * 5_000, 1, "this is nested deeper than 100 levels"),
        ('response = Map();\nresponse.put("text", "a");', 1, "this is Deluge code that builds its answer step by step"),
        ('button = {"label": "a"};\nresponse.put("buttons", button);', 2, "this is Deluge code"),
    ],
)
def test_what_is_no_json_is_explained(text: str, line: int, sentence: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(text)

    assert caught.value.sentence.startswith(sentence)
    assert caught.value.line == line
