"""How long a body may take, and that one which nobody reads any more holds no connection."""

import asyncio
import json
import logging
from math import inf
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace
from starlette.requests import Request
from starlette.types import Message
from structlog.testing import capture_logs
from tests.live.until import PATIENCE_S
from tests.web.doors import both
from tests.web.lines import PATH, SOON, line, post
from tests.world import World

from keypost.web import body
from keypost.web.body import MESSAGE_MAX, MESSAGE_PACE, UPLOAD_PACE, Pace, Watch, stream_body

PIECE_MAX: Final = 4_999
"""Bytes. What is worth a whole window would have to come on the dot."""
PIECES: Final = 30
"""Several windows' worth, all together."""
HASTY: Final = Pace(window_s=0.1, floor=1_000, total_s=60)
NOTHING: Final = b"x"
UNREAD: Final = b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"

sizes = st.integers(1, 20_000)
kept = st.tuples(st.integers(1, PIECE_MAX), st.just(1.0) | st.floats(0, 1))
"""Bytes, and for which share of the time that they are worth they were waited for."""


@given(pieces=st.lists(kept, max_size=2 * PIECES))
@example(pieces=[(525, 1 / 1.05)] * PIECES)
@example(pieces=[(1_100, 1 / 1.1)] * PIECES)
@example(pieces=[(3_000, 1 / 1.2)] * PIECES)
def test_whoever_keeps_to_the_pace_is_never_refused(pieces: list[tuple[int, float]]) -> None:
    watch = Watch(replace(MESSAGE_PACE, total_s=inf))
    for size, share in pieces:
        waited = share * size / MESSAGE_PACE.floor

        assert waited < watch.left_s  # On the dot would be a matter of luck.
        watch.note(size, waited)


@given(
    arrivals=st.lists(st.tuples(sizes, st.just(1.0) | st.floats(0, 1)), max_size=50),
    promised=st.sampled_from([(MESSAGE_PACE, 5, 15), (UPLOAD_PACE, 15, inf)]),
)
def test_nobody_holds_anything_for_longer_than_the_bytes_are_worth(
    arrivals: list[tuple[int, float]], promised: tuple[Pace, float, float]
) -> None:
    pace, window_s, total_s = promised
    watch, held, received = Watch(pace), 0.0, 0
    for size, share in arrivals:
        waited = share * watch.left_s
        watch.note(size, waited)
        held, received = held + waited, received + size

        assert watch.left_s <= window_s  # However much came before: nobody saves up for a pause.

    assert held + watch.left_s <= min(window_s + received / 1_000, total_s) * (1 + 1e-9)


@pytest.mark.parametrize(
    ("waited", "sentence"),
    [
        ((), "The body arrives with less than 1000 bytes a second."),
        ((5, 5), "The body did not arrive within 15 seconds."),
    ],
)
def test_a_sender_is_told_which_of_the_two_was_too_slow(waited: tuple[float, ...], sentence: str) -> None:
    watch = Watch(MESSAGE_PACE)
    for seconds in waited:
        watch.note(round(seconds * MESSAGE_PACE.floor), seconds)

    assert watch.too_slow().sentence == sentence


async def test_what_we_do_with_a_piece_is_not_its_senders_time() -> None:
    async def receive() -> Message:
        await asyncio.sleep(0)
        return {"type": "http.request", "body": NOTHING, "more_body": len(taken) < 2}

    taken: list[bytes] = []
    request = Request({"type": "http", "method": "POST", "headers": [], "state": {}}, receive)
    async for piece in stream_body(request, MESSAGE_MAX, HASTY):
        taken.append(piece)
        await asyncio.sleep(HASTY.window_s)

    assert b"".join(taken) == NOTHING * 3


async def test_a_body_that_drips_is_refused_and_its_connection_closed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "MESSAGE_PACE", HASTY)
    monkeypatch.setattr(body, "DRAIN_S", 2 * PATIENCE_S)  # What does not come in time is not waited for again.
    tool = await world.tool()
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nX-Keypost-Token: {tool.secret}\r\nContent-Length: 1000\r\n\r\n"
    async with line(world, replace(SOON, leftover_s=2 * PATIENCE_S)) as slow:
        await slow.say(head.encode())
        dripping = asyncio.create_task(slow.drip(NOTHING))

        answer, refusal = await slow.hear_raw()
        assert (answer.split()[1], json.loads(refusal)["code"]) == (b"408", "body_too_slow")
        assert b"connection: close" in answer.lower().split(b"\r\n")
        await slow.hear_cut()
        await dripping

    assert await world.texts_in("#builds") == []


async def test_a_body_must_arrive_in_time_as_a_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "MESSAGE_PACE", Pace(window_s=60, floor=1, total_s=0.1))
    monkeypatch.setattr(body, "DRAIN_S", 2 * PATIENCE_S)
    tool = await world.tool()
    async with line(world) as slow:
        await slow.say(post(tool, "Half")[:-4])

        assert await slow.hear_code() == (408, "body_too_slow")


async def test_the_rest_of_a_body_whose_request_is_answered_holds_no_connection(lasting_world: World) -> None:
    async with line(lasting_world, SOON) as slow:
        await slow.say(UNREAD)
        assert (await slow.hear())[0] == 404
        dripping = asyncio.create_task(slow.drip(NOTHING))

        await slow.hear_cut()
        await dripping


async def test_the_rest_of_a_body_that_comes_soon_costs_nobody_the_connection(world: World) -> None:
    tool = await world.tool()
    async with line(world, replace(SOON, leftover_s=PATIENCE_S)) as kept:
        await kept.say(UNREAD)
        assert (await kept.hear())[0] == 404
        await kept.say(b"x" * 1_000, post(tool, "Behind"))

        assert (await kept.hear())[0] == 204

    assert await world.texts_in("#builds") == ["Behind"]


async def test_a_refused_sender_is_not_listened_to_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "DRAIN_S", 2 * PATIENCE_S)
    monkeypatch.setattr(body, "DRAIN_MAX", 10_000)
    async with line(world) as endless:
        await endless.say(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        await endless.say(*[b"400\r\n%b\r\n" % (b"x" * 1_024)] * 10)

        assert await endless.hear_code() == (401, "invalid_zapikey")


async def test_a_client_that_announces_too_much_is_not_asked_for_it(lasting_world: World) -> None:
    tool = await lasting_world.standing_tool()
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nX-Keypost-Token: {tool.secret}\r\nExpect: 100-continue\r\n"
    async with line(lasting_world) as polite:
        await polite.say(f"{head}Content-Length: {MESSAGE_MAX + 1}\r\n\r\n".encode())

        assert await polite.hear_code() == (413, "body_too_large")
        assert await polite.hear_end() == b""


async def test_a_client_that_was_asked_for_its_body_keeps_its_connection_whatever_the_answer(world: World) -> None:
    tool = await world.tool()
    head, _, said = post(tool, " ", "Expect: 100-continue").partition(b"\r\n\r\n")
    async with line(world) as polite:
        await polite.say(head + b"\r\n\r\n")
        assert (await polite.hear())[0] == 100
        await polite.say(said)
        assert (await polite.hear())[0] == 400

        await polite.say(post(tool, "Better"))
        assert (await polite.hear())[0] == 204


@pytest.mark.parametrize(
    ("first_line", "status"),
    [
        ("POST /nope", 404),
        ("PUT /signed-out", 405),
        (f"GET {PATH}", 405),
        (f"POST {PATH}", 401),
        ("GET /signed-out", 200),
    ],
)
async def test_a_body_that_was_not_asked_for_is_never_waited_for(
    lasting_world: World, first_line: str, status: int
) -> None:
    said = f"{first_line} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n".encode()
    async with both(lasting_world) as connections:
        for polite in connections:
            head, _ = await polite.say_and_hear(said)

            assert (int(head.split()[1]), b"connection: close" in head.lower().split(b"\r\n")) == (status, True)
            assert await polite.hear_end() == b""


@pytest.mark.parametrize("token", ["a right one", "a wrong one"])
async def test_a_client_that_leaves_in_the_middle_of_its_body_is_no_fault(
    world: World, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    tool = await world.tool()
    raw = post(tool, "Never whole", "Content-Encoding: identity")
    with capture_logs() as logged:
        async with line(world) as leaving:
            await leaving.say((raw if token == "a right one" else raw.replace(b"kp", b"kx"))[:-4])
            await leaving.end()

    assert [event for event in logged if event["log_level"] == "error"] == []
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert await world.texts_in("#builds") == []
