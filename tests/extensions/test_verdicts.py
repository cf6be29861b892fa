"""The wire's yes to an installation is the status 200 and nothing else; every no is a sentence that can be shown."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keypost.delivery.answer import Answered, Failed
from keypost.extensions.verdicts import NOTES_MAX, PART_MAX, objection
from keypost.messages.plain import visible

SECRET = "kpt_0123456789abcdefghijABCDEFGHIJ0123456789abcdefghijklm"

json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
answers = st.fixed_dictionaries({}, optional=dict.fromkeys(("status", "title", "message", "note", "footer"), json_like))


@pytest.mark.parametrize("output", [{"status": 200}, {"status": 200, "title": "Welcome"}])
def test_the_status_200_is_a_yes(output: Any) -> None:
    assert objection(Answered(output)) is None


@pytest.mark.parametrize("output", ["", None, {}, [], "200", 200, {"status": "200"}, {"status": 201}, {"status": None}])
def test_anything_else_is_a_no_that_says_so(output: Any) -> None:
    assert objection(Answered(output)) == "It did not say why."


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ({"title": "Not yet"}, "Not yet."),
        ({"status": 400, "title": "Wait!", "message": "Set the address"}, "Wait! Set the address."),
        ({"status": 400, "note": ["One", "Two."], "footer": "Ask Grace?"}, "One. Two. Ask Grace?"),
        ({"status": 400, "note": "As text"}, "As text."),
        ({"status": 400, "title": " \n", "message": "Two\nlines"}, "Two lines."),
        ({"title": "\x1b[31mRed\u202e"}, "\\x1b[31mRed\\u202e."),
        ({"status": 400, "title": {"a": 1}, "message": 5, "note": [None, ["x"]]}, "It did not say why."),
    ],
)
def test_a_no_is_told_in_the_extensions_words(output: Any, sentence: str) -> None:
    assert objection(Answered(output)) == sentence


def test_no_answer_and_a_death_are_a_no() -> None:
    failed = objection(Failed("timeout", "There was no whole answer within 15 s."))

    assert failed == "It did not answer as it should. There was no whole answer within 15 s."
    assert objection(None) == "It could not be started. Its log says why."


def test_a_secret_in_a_no_is_not_shown() -> None:
    assert objection(Answered({"title": f"Your token {SECRET} is old"})) == "Your token kpt_••• is old."


@given(json_like | answers)
def test_whatever_comes_is_a_yes_or_a_sentence_of_bounded_length(output: Any) -> None:
    said = objection(Answered(output))

    is_yes = isinstance(output, dict) and output.get("status") == 200
    assert (said is None) == is_yes
    if said is not None:
        assert said
        assert visible(said, keep="") == said
        # Control characters are written out with six letters at most.
        assert len(said) <= (NOTES_MAX + 3) * (6 * PART_MAX + 2)
