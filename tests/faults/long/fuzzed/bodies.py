"""Bodies of posts, from bytes to a judged message: it is taken, and then stays what it is, or refused in a sentence."""

import json
from typing import Final

import msgspec
from tests.messages.samples import FULL

from keypost.codes import CODES
from keypost.errors import Refusal
from keypost.messages.decoding import DEPTH_MAX, decode_any
from keypost.messages.judging import Draft, judge_post
from keypost.messages.spellings import decode_content

SENTENCE_MAX: Final = 1_000
"""Characters. A refusal quotes what was sent, and must not send it all back."""

PACKED: Final = {
    "text": "x",
    "card": '{"theme": "modern-inline"}',
    "slides": '[{"type": "table", "data": {"headers": [1, 2.5], "rows": [{"1": true}]}, "styles": {"width": [50]}}]',
    "buttons": [{"label": "a", "action": {"type": "preview.url", "data": {"web": "https://x.example"}}}],
    "styles": {"highlight": "true"},
}
STRANGE: Final = (
    b'{"text": "\\ud83d", "a": NaN, "b": 1e999}',
    b'{"text": "\\u0000"}',
    b'{"text": 9007199254740993}',
    b'{"text": "x", "text": null}',
    b"[" * (DEPTH_MAX + 1) + b"]" * (DEPTH_MAX + 1),
    b"[" * 2_000,
    b'{"slides": [{"type": "graph", "data": [{"category": 1, "values": [{"label": 2, "value": "3"}]}]}]}',
    b"\xff\xfe",
    b"",
)


def seeds() -> list[bytes]:
    pieces = [{"text": "x", name: value} for name, value in FULL.items()]
    return [json.dumps(value).encode() for value in (FULL, PACKED, *pieces)] + list(STRANGE)


def take(data: bytes) -> bool:
    """Whether it is taken."""
    try:
        decode_any(data)
    except Refusal as refusal:
        _look_at(refusal)
    try:
        content = judge_post(decode_content(data, Draft))
    except Refusal as refusal:
        _look_at(refusal)
        return False
    stored = msgspec.json.encode(content)
    again = judge_post(decode_content(stored, Draft))
    assert again == content, f"{stored!r} is read back as {again}"
    return True


def _look_at(refusal: Refusal) -> None:
    assert refusal.code in CODES, refusal.code
    assert 0 < len(refusal.sentence) <= SENTENCE_MAX, refusal.sentence
    refusal.sentence.encode()  # No half of a surrogate pair: it could not be sent.
