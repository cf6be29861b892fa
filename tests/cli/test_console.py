"""A law: whatever strangers wrote, no terminal obeys it, and a program reads it as it was."""

import json
import re
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO

from hypothesis import example, given
from hypothesis import strategies as st

from keypost.cli.console import say, say_facts, say_json, say_table

OBEYED = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
texts = st.text(max_size=40) | st.text("\x1b[31m\r\n\x07\x7f\x9b\u202e:[]ü界", max_size=40)


@given(text=texts)
@example(text="\x7f")
def test_json_is_ascii_and_says_the_same(text: str) -> None:
    printed = printed_by(lambda: say_json({"text": text}))

    assert printed.isascii()
    assert not OBEYED.search(printed)
    assert json.loads(printed) == {"text": text}


@given(text=texts)
def test_a_row_is_one_line_whatever_is_in_it(text: str) -> None:
    table = printed_by(lambda: say_table(("NAME", "TITLE"), [(text, "one"), ("other", text)]))
    facts = printed_by(lambda: say_facts([("name", text), ("title", "one")]))

    assert (table.count("\n"), facts.count("\n")) == (3, 2)
    assert not OBEYED.search(table + facts)


@given(text=texts)
def test_a_sentence_obeys_nobody(text: str) -> None:
    printed = printed_by(lambda: say(text))

    assert not OBEYED.search(printed.replace("\t", ""))


def test_columns_stand_under_each_other_in_every_script() -> None:
    printed = printed_by(lambda: say_table(("A", "B"), [("界", "x"), ("ab :bug:", "[red]y")]))

    assert printed.splitlines() == ["A         B", "界        x", "ab :bug:  [red]y"]


def printed_by(act: Callable[[], object]) -> str:
    with redirect_stdout(StringIO()) as out:
        act()
    return out.getvalue()
