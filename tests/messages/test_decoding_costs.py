"""What a body costs that was made to cost as much as can be."""

import gc
import json
from collections.abc import Callable
from contextlib import suppress
from time import thread_time
from typing import Any, Final

import pytest

from keypost.errors import Invalid
from keypost.messages.decoding import DEPTH_MAX, NODES_MAX, decode, decode_large, parsed
from keypost.messages.judging import Draft
from keypost.messages.spellings import decode_content
from keypost.web.body import MESSAGE_MAX, RAW_MAX
from keypost.webhooks.incoming import FIELD_MAX, FIELDS_MAX, Fields

DEEP: Final = DEPTH_MAX - 3
OF_A_PARSER: Final = 4
"""Times what the parser alone needs."""
OF_A_PARSER_WHEN_DEEP: Final = 100
"""Each of the lists is looked at once, in Python; whoever spells all their paths needs a thousand times as much."""
LESS: Final = 10
"""Times, of what it takes to go through a large body."""


def spent(read: Callable[[], Any]) -> float:
    """The least of three."""

    def once() -> float:
        started = thread_time()
        with suppress(Invalid):
            read()
        return thread_time() - started

    gc.disable()  # What that costs depends on all else that this process holds.
    try:
        return min(once() for _ in range(3))
    finally:
        gc.enable()


def test_lists_in_a_text_are_counted_before_anybody_goes_through_them() -> None:
    lists = b"[" + b"[]," * (MESSAGE_MAX // 3 - 100) + b"[]]"
    body = b'{"text": "a", "slides": "' + lists + b'"}'

    assert spent(lambda: decode_content(body, Draft)) < OF_A_PARSER * spent(lambda: parsed(lists))


def test_paths_of_what_is_deep_and_wide_are_spelled_for_a_refusal_alone() -> None:
    name = b'{"' + b"\x7f" * 41 + b'":'
    wide = b"[" + b"[]," * (NODES_MAX - DEPTH_MAX - 2) + b"[]]"
    body = b'{"text": 5, "a": ' + name * DEEP + wide + b"}" * (DEEP + 1)

    assert spent(lambda: decode(body, Draft)) < OF_A_PARSER_WHEN_DEEP * spent(lambda: parsed(body))


@pytest.mark.parametrize(
    "many",
    [b'{"a": [' + b"[]," * (RAW_MAX // 3) + b"[]]}", b'{"a": [' + b"1," * (RAW_MAX // 2), b'{"a": {}, ' * 500_000],
)
def test_nothing_is_made_of_a_large_body_behind_what_does_not_fit(many: bytes) -> None:
    assert LESS * spent(lambda: decode_large(many, Fields)) < spent(lambda: decode(many, Fields))


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
