"""A bucket lets through a burst and then its rate, to the millisecond, whatever the clock does."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import accumulate, combinations

from hypothesis import given
from hypothesis import strategies as st

from keypost.clock import MINUTE_MS
from keypost.limits.bucket import Bucket, Rate, rate_of

START = 1_700_000_000_000
RATES = st.integers(1, 500).map(rate_of) | st.builds(Rate, st.integers(1, 100_000), st.integers(1, 40))
FORWARD = st.integers(0, 3) | st.integers(0, 3 * MINUTE_MS)
BACK = st.integers(-(10**9), -1)
STEPS = st.lists(FORWARD, max_size=60)


@given(rate=RATES, steps=STEPS)
def test_never_more_than_a_burst_and_the_rate_passes_in_any_stretch_of_time(rate: Rate, steps: list[int]) -> None:
    passed_at = [at for at, wait in answers(rate, steps) if wait == 0]

    for first, last in combinations(range(len(passed_at)), 2):
        calls, elapsed = last - first + 1, passed_at[last] - passed_at[first]
        assert (calls - rate.burst) * MINUTE_MS <= rate.per_minute * elapsed


@given(rate=RATES, steps=STEPS)
def test_a_bucket_says_what_the_simplest_model_says(rate: Rate, steps: list[int]) -> None:
    full, last, expected = Fraction(0), START, []
    for at in accumulate(steps, initial=START):
        full, last = max(Fraction(0), full - Fraction((at - last) * rate.per_minute, MINUTE_MS)), at
        expected.append(full + 1 <= rate.burst)
        full += expected[-1]

    assert [wait == 0 for _, wait in answers(rate, steps)] == expected


@given(rate=RATES, steps=STEPS)
def test_the_wait_that_was_told_is_enough_and_not_too_long(rate: Rate, steps: list[int]) -> None:
    bucket, now = Bucket(rate, START), START
    for step in steps:
        now += step
        bucket.take(rate, now)
    while not (wait := bucket.take(rate, now)):
        pass

    assert bucket.take(rate, now + wait - 1) == 1
    assert bucket.take(rate, now + wait) == 0


@given(rate=RATES, steps=st.lists(FORWARD | BACK, max_size=60))
def test_a_clock_that_is_set_back_harms_nobody(rate: Rate, steps: list[int]) -> None:
    """What it takes back is as if it had stood still."""
    told = [wait for _, wait in answers(rate, steps)]
    stood_still = [wait for _, wait in answers(rate, [max(0, step) for step in steps])]

    assert told == stood_still


@given(before=RATES, after=RATES)
def test_a_changed_rate_holds_from_the_next_call_on(before: Rate, after: Rate) -> None:
    """Whoever has used up the older one waits no longer than for one call of the newer one."""
    bucket = Bucket(before, START)
    while not bucket.take(before, START):
        pass

    wait = bucket.take(after, START)

    assert (wait == 0) == (after.burst > before.burst)
    assert wait * after.per_minute < MINUTE_MS + after.per_minute
    assert bucket.left == max(0, after.burst - before.burst - 1)


@given(rate=RATES, steps=STEPS)
def test_what_is_left_can_be_had_at_once_and_no_more(rate: Rate, steps: list[int]) -> None:
    bucket, now = Bucket(rate, START), START
    for step in steps:
        now += step
        bucket.take(rate, now)
    left = bucket.left if steps else rate.burst

    assert [bucket.take(rate, now) == 0 for _ in range(left + 1)] == [True] * left + [False]


@given(rate=RATES, steps=STEPS)
def test_a_bucket_is_idle_when_it_said_it_would_be_empty(rate: Rate, steps: list[int]) -> None:
    bucket, now = Bucket(rate, START), START
    for step in steps:
        now += step
        bucket.take(rate, now)
    in_ms = bucket.empty_in_ms

    assert in_ms == 0 or not bucket.is_idle(now + in_ms - 1)
    assert bucket.is_idle(now + in_ms)


@given(rate=RATES, wait=FORWARD)
def test_a_call_that_is_given_back_after_a_while_leaves_room_for_a_burst_and_no_more(rate: Rate, wait: int) -> None:
    bucket = Bucket(rate, START)
    bucket.take(rate, START)
    bucket.is_idle(START + wait)

    bucket.give_back()

    assert bucket.left == rate.burst


def answers(rate: Rate, steps: list[int]) -> Iterator[tuple[int, int]]:
    """When each call came and what it was told."""
    bucket = Bucket(rate, START)
    for at in accumulate(steps, initial=START):
        yield at, bucket.take(rate, at)
