"""The wire's lock: a number of calls in a window, and then none for a while."""

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from keypost.clock import MINUTE_MS
from keypost.limits import wire
from keypost.limits.lock import Lock, LockRule
from keypost.web.family import Family

START = 1_700_000_000_000
RULES = st.builds(LockRule, st.integers(1, 6), st.integers(1, 500), st.integers(1, 500))
STEPS = st.lists(st.integers(0, 400), max_size=60)


@given(rule=RULES, steps=STEPS)
def test_a_lock_says_what_the_simplest_model_says(rule: LockRule, steps: list[int]) -> None:
    lock, opened, calls, locked_until = Lock(START), None, 0, START
    for at in accumulate(steps, initial=START):
        told = lock.take(rule, at)

        if opened is None or (at >= locked_until and (calls > rule.calls or at >= opened + rule.window_ms)):
            opened, calls = at, 0
        if calls <= rule.calls:
            calls += 1
            if calls > rule.calls:
                locked_until = at + rule.lock_ms
        assert told == (locked_until - at if calls > rule.calls else 0)


@given(rule=RULES, steps=STEPS)
def test_the_wait_that_was_told_is_enough_whatever_is_tried_meanwhile(rule: LockRule, steps: list[int]) -> None:
    lock, now = Lock(START), START
    while not (wait := lock.take(rule, now)):
        pass
    end = now + wait

    tried = [at for at in accumulate(steps, initial=now) if at < end]

    assert [lock.take(rule, at) for at in tried] == [end - at for at in tried]
    assert lock.take(rule, end) == 0


@given(rule=RULES, steps=st.lists(st.integers(-(10**9), 400), max_size=60))
def test_a_clock_that_is_set_back_harms_nobody(rule: LockRule, steps: list[int]) -> None:
    told, stood_still = Lock(START), Lock(START)

    for at, still in zip(accumulate(steps, initial=START), _forward(steps), strict=True):
        assert told.take(rule, at) == stood_still.take(rule, still)


@given(rule=RULES, steps=STEPS, given_back=st.lists(st.booleans(), min_size=60, max_size=60))
def test_a_call_that_is_given_back_was_never_counted(rule: LockRule, steps: list[int], given_back: list[bool]) -> None:
    """Where it was let through: whoever is refused has nothing to give back."""
    lock, other = Lock(START), Lock(START)
    for at, back in zip(accumulate(steps, initial=START), given_back, strict=False):
        told = other.take(rule, at)
        if back and not lock.take(rule, at):
            lock.give_back()

        assert lock.take(rule, at) == told


def test_every_family_has_a_rule_in_both_generations_of_the_wire() -> None:
    assert wire.RULES.keys() == wire.NEWER_RULES.keys() == set(Family)
    assert all(rule.calls >= 5 and rule.lock_ms >= 5 * MINUTE_MS for rule in wire.RULES.values())


def _forward(steps: list[int]) -> list[int]:
    return list(accumulate((max(0, step) for step in steps), initial=START))
