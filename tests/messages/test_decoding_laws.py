import json
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.messages.samples import (
    FULL,
    Place,
    bent,
    good_messages,
    json_objects,
    json_values,
    places,
    with_changed,
    without,
)

from keypost.errors import Refusal
from keypost.messages.decoding import decode
from keypost.messages.judging import Draft, judge, judge_post
from keypost.messages.wording import step

UNFIT: list[Any] = [None, 7, 1.5, True, "", " ", [], {}, [None], {"a": 1}, "x" * 6_000, 2**60, "a\x00"]


def spelled(place: Place) -> str:
    path = ""
    for key in place:
        path = step(path, key)
    return path


def refusal_of(body: bytes) -> Refusal | None:
    try:
        decode(body, Draft)
    except Refusal as refusal:
        return refusal
    return None


@pytest.mark.parametrize("place", list(places(FULL)), ids=spelled)
def test_something_unfit_at_any_place_is_taken_or_refused_by_its_path(place: Place) -> None:
    for new in UNFIT:
        refusal = refusal_of(json.dumps(with_changed(FULL, place, new)).encode())

        assert refusal is None or refusal.sentence.startswith(spelled(place)), new


@pytest.mark.parametrize("place", list(places(FULL)), ids=spelled)
def test_something_missing_at_any_place_is_taken_or_named(place: Place) -> None:
    refusal = refusal_of(json.dumps(without(FULL, place)).encode())

    if refusal is not None and not isinstance(place[-1], int):
        assert (refusal.code, refusal.sentence) == ("param_missing", f"{spelled(place)} is missing")


@settings(deadline=None, max_examples=200)
@given(st.one_of(json_values, json_objects, bent()))
@example([])
@example({"text": "\ud800"})
def test_any_json_gives_a_draft_or_a_refusal(value: Any) -> None:
    with suppress(Refusal):
        draft = decode(json.dumps(value).encode(), Draft)
        assert decode(msgspec.json.encode(draft), Draft) == draft
        assert judge_post(draft) == judge(judge_post(draft))


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_draft_or_a_refusal(body: bytes) -> None:
    with suppress(Refusal):
        decode(body, Draft)


@settings(deadline=None)
@given(st.text(st.sampled_from('{}[]",:\\u0d8ac1e9- tnx'), max_size=40))
def test_what_is_almost_json_gives_a_draft_or_a_refusal_fit_to_send(body: str) -> None:
    refusal = refusal_of(body.encode())

    assert refusal is None or refusal.sentence.isprintable()


@settings(deadline=None, max_examples=200)
@given(st.one_of(json_objects, bent()))
def test_whatever_the_decoder_dislikes_has_words_of_ours(value: Any) -> None:
    refusal = refusal_of(json.dumps(value).encode())

    assert refusal is None or "does not fit" not in refusal.sentence


@settings(deadline=None)
@given(good_messages)
def test_what_is_accepted_is_read_back_equal(value: dict[str, Any]) -> None:
    draft = decode(json.dumps(value).encode(), Draft)

    assert decode(msgspec.json.encode(draft), Draft) == draft
