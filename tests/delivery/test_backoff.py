from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keypost.delivery.backoff import ASKED_MAX, SCHEDULE, rest_of, wait_before

attempts = st.integers(1, len(SCHEDULE))
jitters = st.floats(-1, 1)
asks = st.timedeltas(min_value=timedelta(0))


def test_without_jitter_the_waits_grow_from_seconds_to_hours_and_end() -> None:
    waits = [wait_before(attempt, jitter=0) for attempt in range(1, 9)]

    seconds = [None if wait is None else wait.total_seconds() for wait in waits]
    assert seconds == [5, 60, 300, 1800, 7200, 18000, 36000, None]


@given(attempts, jitters)
def test_jitter_moves_a_wait_by_at_most_a_fifth(attempt: int, jitter: float) -> None:
    wait = wait_before(attempt, jitter=jitter)

    assert wait is not None
    assert abs(wait - SCHEDULE[attempt - 1]) <= SCHEDULE[attempt - 1] / 5


@given(attempts, jitters, jitters)
def test_a_later_attempt_never_waits_less(attempt: int, jitter: float, later_jitter: float) -> None:
    wait = wait_before(attempt, jitter=jitter)
    later = wait_before(attempt + 1, jitter=later_jitter)

    assert wait is not None
    assert later is None or later > wait


@given(attempts, jitters, asks)
def test_what_the_receiver_asks_for_can_only_lengthen_a_wait_and_not_without_end(
    attempt: int, jitter: float, asked: timedelta
) -> None:
    own = wait_before(attempt, jitter=jitter)
    wait = wait_before(attempt, jitter=jitter, asked=asked)

    assert own is not None
    assert wait == max(own, min(asked, ASKED_MAX))


@given(st.integers(len(SCHEDULE) + 1), jitters, asks)
def test_after_the_last_attempt_no_asking_helps(attempt: int, jitter: float, asked: timedelta) -> None:
    assert wait_before(attempt, jitter=jitter, asked=asked) is None


@given(st.integers(max_value=0), jitters)
def test_retries_are_counted_from_one(attempt: int, jitter: float) -> None:
    with pytest.raises(ValueError, match="from 1"):
        wait_before(attempt, jitter=jitter)


@given(due_at=st.integers(0, 2**53), now=st.integers(0, 2**53))
def test_what_is_left_of_a_wait_is_never_more_than_a_wait_whatever_the_clock_was_set_to(due_at: int, now: int) -> None:
    rest = rest_of(due_at, now)

    assert timedelta(0) <= rest <= ASKED_MAX
    assert rest in {timedelta(0), ASKED_MAX, timedelta(milliseconds=due_at - now)}
