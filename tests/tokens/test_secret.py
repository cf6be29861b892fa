import copy
import json
import pickle
import string
from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keypost.tokens import secret
from keypost.tokens.secret import ALPHABET
from keypost_sdk.secret import Secret

WRITTEN = secret.new(sandbox=False).reveal()


@pytest.mark.parametrize(("sandbox", "prefix"), [(False, "kpt_"), (True, "kpx_")])
def test_a_secret_is_a_prefix_43_random_letters_and_digits_and_6_of_a_checksum(sandbox: bool, prefix: str) -> None:
    text = secret.new(sandbox=sandbox).reveal()

    assert len(text) == 53
    assert text.startswith(prefix)
    assert set(text[4:]) <= set(string.ascii_letters + string.digits)


@given(st.booleans())
def test_what_was_made_is_read_as_it_was_made(sandbox: bool) -> None:
    made = secret.new(sandbox=sandbox)

    read = secret.parse(made.reveal())

    assert read is not None
    assert read.reveal() == made.reveal()


@given(st.integers(0, len(WRITTEN) - 1), st.sampled_from(ALPHABET + "_-é "))
def test_one_wrong_character_anywhere_makes_it_no_secret(place: int, wrong: str) -> None:
    text = WRITTEN[:place] + wrong + WRITTEN[place + 1 :]

    assert (secret.parse(text) is None) == (text != WRITTEN)


@given(st.text(ALPHABET, min_size=1, max_size=9))
def test_a_longer_text_with_its_own_checksum_is_no_secret(more: str) -> None:
    body = WRITTEN[: -secret.CHECKSUM_LENGTH] + more

    assert secret.parse(body + secret.checksum(body)) is None


@given(st.integers(0, 51))
def test_two_neighbours_in_each_others_place_make_it_no_secret(place: int) -> None:
    text = WRITTEN[:place] + WRITTEN[place + 1] + WRITTEN[place] + WRITTEN[place + 2 :]

    assert (secret.parse(text) is None) == (text != WRITTEN)


@pytest.mark.parametrize(
    "text",
    ["", WRITTEN[:-1], WRITTEN + "0", WRITTEN + "\n", " " + WRITTEN, WRITTEN.upper()],
    ids=["nothing", "one less", "one more", "a line's end", "a space before", "capitals"],
)
def test_nothing_around_or_missing_is_forgiven(text: str) -> None:
    assert secret.parse(text) is None


@given(st.text(max_size=80))
def test_any_text_at_all_can_be_asked_about(text: str) -> None:
    assert secret.parse(text) is None or len(text) == 53


def test_two_thousand_secrets_share_nothing_and_use_each_letter_about_equally() -> None:
    made = [secret.new(sandbox=False).reveal()[4:47] for _ in range(2000)]

    assert len(set(made)) == 2000
    seen = Counter("".join(made))
    expected = 2000 * 43 / len(ALPHABET)
    # The chi-squared of 61 degrees of freedom is over 130 once in a million runs.
    assert sum((seen[letter] - expected) ** 2 / expected for letter in ALPHABET) < 130


def test_a_secret_never_prints() -> None:
    hidden = Secret(WRITTEN)

    shown = [str(hidden), repr(hidden), f"{hidden}", f"{[hidden]}", json.dumps({"s": hidden}, default=str)]

    assert not any(WRITTEN[4:20] in text for text in shown)


@pytest.mark.parametrize("write", [pickle.dumps, copy.deepcopy, msgspec.json.encode, json.dumps])
def test_a_secret_is_not_written_anywhere(write: object) -> None:
    assert callable(write)

    with pytest.raises(TypeError):
        write(Secret(WRITTEN))
