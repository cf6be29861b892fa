import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keypost.delivery.answer import DEPTH_MAX, REFUSAL_MAX, Answered, Failed, FailureKind, read_answer, read_refusal

outputs = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=10,
)


def nested(levels: int, core: str = "") -> bytes:
    return b'{"output":' + b"[" * levels + core.encode() + b"]" * levels + b"}"


@given(outputs)
def test_an_output_comes_back_as_it_was_sent(output: Any) -> None:
    assert read_answer(json.dumps({"output": output, "more": 1}).encode()) == Answered(output)


@given(st.binary() | st.text().map(lambda text: text.encode(errors="surrogatepass")))
def test_any_bytes_are_an_outcome_and_never_an_error(body: bytes) -> None:
    assert isinstance(read_answer(body), Answered | Failed)


@pytest.mark.parametrize(
    "body",
    [
        *[
            b"",
            b"<html>",
            b"ok",
            b"null",
            b"[]",
            b'"output"',
            b"{}",
            b'{"Output":1}',
            b'{"output":1',
            b'{"output":NaN}',
        ],
        b'{"output":"\xff"}',
        rb'{"output":"\ud800xxxxxxx"}',
        b'\xef\xbb\xbf{"output":1}',
        b'{"output":1}{"output":2}',
        b'{"output":1e999}',
        b'{"output":' + b"9" * 10_000 + b"}",
    ],
)
def test_what_is_not_an_output_in_json_is_a_failure_that_quotes_nothing(body: bytes) -> None:
    outcome = read_answer(body)

    assert isinstance(outcome, Failed)
    assert outcome.kind == "not_json"
    assert outcome.detail.startswith("The answer is not")


@pytest.mark.parametrize("core", ["", "1"])
def test_nesting_ends_at_the_depth_of_content(core: str) -> None:
    assert isinstance(read_answer(nested(DEPTH_MAX, core)), Answered)

    for levels in (DEPTH_MAX + 1, 500_000):
        outcome = read_answer(nested(levels, core))
        assert isinstance(outcome, Failed)
        assert (outcome.kind, "levels" in outcome.detail) == ("not_json", True)


@pytest.mark.parametrize(
    ("kind", "status", "worth"),
    [
        ("timeout", None, True),
        ("unreachable", None, True),
        ("not_json", None, False),
        ("too_large", None, False),
        ("refused_target", None, False),
        *[("status", status, True) for status in (408, 425, 429, 500, 502, 503, 599)],
        *[("status", status, False) for status in (201, 204, 302, 400, 401, 404, 410, 418)],
    ],
)
def test_only_what_may_pass_is_worth_another_try(kind: FailureKind, status: int | None, worth: bool) -> None:
    assert Failed(kind, "", status=status, retry_after=timedelta(0)).worth_retrying is worth


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("Not for me.", "Not for me."),
        ("  On two\nlines\t", "On two lines"),
        ("", "The extension refused."),
        ("A bell \x07 and NUL \x00", "A bell \\x07 and NUL \\x00"),
        ("x" * 5_000, "x" * REFUSAL_MAX),
        ("It is kpt_0123456789abcdefghijkl", "It is kpt_•••"),
    ],
)
def test_a_refusal_is_a_line_that_can_be_stored_and_shown(message: str, sentence: str) -> None:
    refusal = read_refusal(json.dumps({"code": "refused", "message": message}).encode())

    assert refusal == Failed("refused", sentence)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"null", b"[]", b"{}", b'{"code":"refused"}', b'{"code":"no","message":"x"}', b"\xff", b"[" * 100_000),
        b'{"code":"refused","message":"x","more":' + b"[" * 100_000,
    ],
)
def test_anything_else_is_no_refusal(body: bytes) -> None:
    assert read_refusal(body) is None


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_a_refusal_says_is_one_short_line_that_every_database_takes(message: str) -> None:
    refusal = read_refusal(json.dumps({"code": "refused", "message": message}).encode())

    assert refusal is not None
    assert 0 < len(refusal.detail) <= REFUSAL_MAX
    assert not set(refusal.detail) & set("\x00\n\r\t\x1b")
