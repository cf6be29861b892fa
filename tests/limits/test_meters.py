"""Memory is for those who are at work."""

from keypost.clock import HOUR_MS
from keypost.limits.bucket import Bucket, rate_of
from keypost.limits.meters import METERS_MAX, ROOM, Meters

RATE = rate_of(300)
START = 1_700_000_000_000


def test_who_has_gone_is_forgotten_and_who_is_at_work_is_not() -> None:
    meters: Meters[int, Bucket] = Meters()
    for key in range(ROOM):
        fill(meters, key, START)
    used_up(meters, 0, START + HOUR_MS)

    for key in range(ROOM, 4 * ROOM):
        fill(meters, key, START + HOUR_MS)
    waits = take(meters, 0, START + HOUR_MS)

    assert waits > 0
    assert len(meters) <= 4 * ROOM - (ROOM - 1)


def test_however_many_come_at_once_memory_is_bounded() -> None:
    meters: Meters[int, Bucket] = Meters()

    for key in range(3 * METERS_MAX):
        fill(meters, key, START)
        assert len(meters) <= METERS_MAX

    assert take(meters, 3 * METERS_MAX - 1, START) == 0


def test_of_too_many_the_older_half_is_forgotten() -> None:
    meters: Meters[int, Bucket] = Meters()

    for key in range(METERS_MAX + 1):
        fill(meters, key, START)

    assert [key for key in range(METERS_MAX + 1) if meters.find(key) is None] == list(range(METERS_MAX // 2))


def fill(meters: Meters[int, Bucket], key: int, now: int) -> None:
    take(meters, key, now)


def used_up(meters: Meters[int, Bucket], key: int, now: int) -> None:
    while not take(meters, key, now):
        pass


def take(meters: Meters[int, Bucket], key: int, now: int) -> int:
    return (meters.find(key) or meters.add(key, Bucket(RATE, now), now)).take(RATE, now)
