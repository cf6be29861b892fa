"""The clock by which old things are thrown away, beside a wall clock that anybody can set."""

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st
from tests.serving import HeldClock

from keypost.clock import HOUR_MS, UnhurriedClock

steps = st.lists(st.tuples(st.integers(0, 10 * HOUR_MS), st.integers(-(10**12), 10**12)), max_size=20)


@given(steps=steps)
def test_it_goes_no_faster_than_twice_the_time_that_passes_and_never_before_the_wall_clock(
    steps: list[tuple[int, int]],
) -> None:
    wall, passed = HeldClock(), [0]
    clock, started = UnhurriedClock(wall, lambda: passed[0] / 1_000), wall.now

    for passing, jump in steps:
        passed[0] += passing
        wall.move(passing + jump)

        assert clock.now_ms() <= wall.now
        assert clock.now_ms() <= started + 2 * passed[0]


@given(passing=st.lists(st.integers(0, 10 * HOUR_MS), max_size=20))
def test_a_wall_clock_that_nobody_sets_is_followed(passing: list[int]) -> None:
    wall, passed = HeldClock(), [0]
    clock, started = UnhurriedClock(wall, lambda: passed[0] / 1_000), wall.now

    for total in accumulate(passing):
        passed[0], wall.now = total, started + total

        assert clock.now_ms() == wall.now


def test_one_that_was_late_is_caught_up_with() -> None:
    wall, passed = HeldClock(), [0]
    clock = UnhurriedClock(wall, lambda: passed[0] / 1_000)

    wall.move(HOUR_MS)
    for _ in range(60):
        passed[0] += HOUR_MS // 60
        wall.move(HOUR_MS // 60)
        clock.now_ms()

    assert clock.now_ms() == wall.now
