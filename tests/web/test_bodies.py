"""How long a body may take, and that one which nobody reads any more holds no connection."""

import asyncio
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.lines import PATH, line, post
from tests.world import World

from keypost.web import body
from keypost.web.body import Pace, Watch

PACE: Final = Pace(window_s=5, floor=1_000)
PIECE_MAX: Final = 500
SHARE: Final = 0.9
"""Of the time that there is: a window ends with a piece, and must not end too late for having waited for all of it."""
HASTY: Final = Pace(window_s=0.1, floor=1_000, total_s=60)
NOTHING: Final = b"x"
UNREAD: Final = b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"

sizes = st.integers(1, 20_000)


@given(sizes=st.lists(st.integers(1, PIECE_MAX), max_size=50))
def test_whoever_keeps_to_the_pace_is_never_refused(sizes: list[int]) -> None:
    watch = Watch(PACE)
    for size in sizes:
        waited = SHARE * size / PACE.floor

        assert waited <= watch.left_s
        watch.note(size, waited)


@given(arrivals=st.lists(st.tuples(sizes, st.floats(0, 1)), max_size=50), total_s=st.floats(1, 100))
def test_nobody_holds_anything_for_longer_than_the_bytes_are_worth(
    arrivals: list[tuple[int, float]], total_s: float
) -> None:
    watch, held, received = Watch(Pace(window_s=PACE.window_s, floor=PACE.floor, total_s=total_s)), 0.0, 0
    for size, share in arrivals:
        waited = share * watch.left_s
        watch.note(size, waited)
        held, received = held + waited, received + size

    assert held + watch.left_s <= min(PACE.window_s + received / PACE.floor, total_s) * (1 + 1e-9)


async def test_a_body_that_drips_is_refused_and_its_connection_closed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "MESSAGE_PACE", HASTY)
    monkeypatch.setattr(body, "DRAIN_S", 0.1)
    tool = await world.tool()
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nX-Keypost-Token: {tool.secret}\r\nContent-Length: 1000\r\n\r\n"
    async with line(world) as slow:
        await slow.say(head.encode())
        dripping = asyncio.create_task(slow.drip(NOTHING))

        assert await slow.hear_code() == (408, "body_too_slow")
        await slow.hear_cut()
        await dripping

    assert await world.texts_in("#builds") == []


async def test_a_body_must_arrive_in_time_as_a_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "MESSAGE_PACE", Pace(window_s=60, floor=1, total_s=0.1))
    monkeypatch.setattr(body, "DRAIN_S", 0.1)
    tool = await world.tool()
    async with line(world) as slow:
        await slow.say(post(tool, "Half")[:-4])

        assert await slow.hear_code() == (408, "body_too_slow")


async def test_the_rest_of_a_body_whose_request_is_answered_holds_no_connection(lasting_world: World) -> None:
    async with line(lasting_world) as slow:
        await slow.say(UNREAD)
        assert (await slow.hear())[0] == 404
        dripping = asyncio.create_task(slow.drip(NOTHING))

        await slow.hear_cut()
        await dripping


async def test_the_rest_of_a_body_that_comes_soon_costs_nobody_the_connection(world: World) -> None:
    tool = await world.tool()
    async with line(world) as kept:
        await kept.say(UNREAD)
        assert (await kept.hear())[0] == 404
        await kept.say(b"x" * 1_000, post(tool, "Behind"))

        assert (await kept.hear())[0] == 204

    assert await world.texts_in("#builds") == ["Behind"]
