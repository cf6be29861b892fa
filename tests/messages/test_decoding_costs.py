"""What a body costs that was made to cost as much as can be."""

import gc
import json
from collections.abc import Callable
from time import thread_time
from typing import Any, Final

import pytest

from keypost.errors import Invalid
from keypost.messages.decoding import DEPTH_MAX, NODES_MAX, decode, decode_large
from keypost.messages.judging import Draft
from keypost.messages.spellings import decode_content
from keypost.web.body import MESSAGE_MAX, RAW_MAX
from keypost.webhooks.incoming import FIELD_MAX, FIELDS_MAX, Fields

PATIENT_S: Final = 0.06
"""On a busy machine. A whole body of lists takes half of it to be made, and twice as much to be gone through."""
DEEP: Final = DEPTH_MAX - 3


def spent(read: Callable[[], Any]) -> float:
    gc.disable()  # What that costs depends on all else that this process holds.
    started = thread_time()
    try:
        with pytest.raises(Invalid):
            read()
    finally:
        gc.enable()
    return thread_time() - started


def test_lists_in_a_text_are_counted_before_anybody_goes_through_them() -> None:
    body = b'{"text": "a", "slides": "[' + b"[]," * (MESSAGE_MAX // 3 - 100) + b'[]]"}'

    assert spent(lambda: decode_content(body, Draft)) < PATIENT_S


def test_paths_of_what_is_deep_and_wide_are_spelled_for_a_refusal_alone() -> None:
    name = b'{"' + b"\x7f" * 41 + b'":'
    wide = b"[" + b"[]," * (NODES_MAX - DEPTH_MAX - 2) + b"[]]"
    body = b'{"text": 5, "a": ' + name * DEEP + wide + b"}" * (DEEP + 1)

    assert spent(lambda: decode(body, Draft)) < PATIENT_S


@pytest.mark.parametrize(
    "many",
    [b'{"a": [' + b"[]," * (RAW_MAX // 3) + b"[]]}", b'{"a": [' + b"1," * (RAW_MAX // 2), b'{"a": {}, ' * 500_000],
)
def test_nothing_is_made_of_a_large_body_behind_what_does_not_fit(many: bytes) -> None:
    assert spent(lambda: decode_large(many, Fields)) < PATIENT_S


def test_a_large_body_is_read_as_a_small_one_is() -> None:
    fields = {f"f{number}": "x" * FIELD_MAX for number in range(FIELDS_MAX)}
    body = b"\xef\xbb\xbf" + json.dumps(fields).encode()

    assert decode_large(body, Fields) == decode(body, Fields) == fields


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "The body is empty; it must be a JSON object"),
        (b"[]", "The body does not fit: Expected `object`, got `array`"),
        (b'{"a": 1}', "The body does not fit: Expected `str`, got `int` - at `$[...]`"),
        (b'{"a": "\\u0000"}', "a has a NUL character"),
        (b'{"a": "', "The body is not JSON: it ends too early, at byte 7"),
        (b'{"a": x}', "The body is not JSON: invalid character at byte 6"),
        (b'{"a": "\xff"}', "The body is not UTF-8 at byte 7"),
    ],
)
def test_what_is_wrong_with_a_large_body_is_said(body: bytes, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        decode_large(body, Fields)

    assert refused.value.sentence == sentence
