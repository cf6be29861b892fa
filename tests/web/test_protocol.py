"""What the server does with a connection before there is a request, over real sockets."""

import asyncio
import inspect
import json
import re
import socket
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send
from tests.chat.test_slow_database import held
from tests.live.until import PATIENCE_S
from tests.serving import OPEN, listening, serving
from tests.web.doors import both
from tests.web.lines import PATH, SOON, TIGHT, Line, line, lines, post
from tests.world import World
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import Server

from keypost.proxies import Proxies
from keypost.web.fast_lane import FastLane
from keypost.web.gate import Bounds, Gate
from keypost.web.handing_over import HandingOver
from keypost.web.headers import FIXED, PLAIN
from keypost.web.protocol import Answering, Protocol
from keypost.web.routing import Match

SOON_S = 1
MALFORMED = (
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \r\n\r\nabc",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \xb2\r\n\r\nabc",
    b"POST / HTTP/1.1\nHost: x\nContent-Length: 3\n\nabc",
    b"POST / HTTP/1.1\r\nHost: x\nContent-Length: 3\r\n\r\nabc",
    b"POST / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost : x\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\nabc",
    b"POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/2.0\r\nHost: x\r\n\r\n",
    b"GET / HTTP/0.9\r\n\r\n",
    b"GET http:// HTTP/1.1\r\nHost: x\r\n\r\n",
    b"CONNECT a:80 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"hello\r\n\r\n",
)
BROKEN = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n"
"""In its body, behind a head that is right."""
WISHING = b"GET /signed-out HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n"


async def test_a_connection_that_says_nothing_is_closed(lasting_world: World) -> None:
    async with line(lasting_world, SOON) as silent:
        assert await silent.hear_end() == b""


@pytest.mark.parametrize("said", [b"P", b"POST / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nHost: x\r\nX: "])
async def test_half_a_head_is_waited_for_but_not_for_ever(lasting_world: World, said: bytes) -> None:
    async with line(lasting_world, SOON) as slow:
        await slow.say(said)

        assert await slow.hear_code() == (408, "head_too_slow")
        assert await slow.hear_end() == b""


async def test_the_next_request_on_a_kept_connection_must_not_take_for_ever_either(world: World) -> None:
    tool = await world.tool()
    async with line(world, SOON) as kept:
        await kept.say(post(tool, "First"))
        assert (await kept.hear())[0] == 204
        await kept.say(b"POST / HTTP/1.1\r\n")

        assert await kept.hear_code() == (408, "head_too_slow")


async def test_nor_must_one_that_came_right_behind_another(world: World) -> None:
    tool = await world.tool()
    async with line(world, SOON) as hasty:
        await hasty.say(post(tool, "First") + b"POST / HTTP/1.1\r\n")

        assert (await hasty.hear())[0] == 204
        assert await hasty.hear_code() == (408, "head_too_slow")


@pytest.mark.parametrize(
    ("head", "status", "code"),
    [
        (b"GET /" + b"x" * 600 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, "address_too_long"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 2_100 + b"\r\n\r\n", 431, "header_too_large"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 20 + b"\r\n", 431, "header_too_large"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 3_000, 431, "header_too_large"),
    ],
    ids=["target", "field", "fields", "field without an end"],
)
async def test_a_head_beyond_its_bounds_is_refused(lasting_world: World, head: bytes, status: int, code: str) -> None:
    async with line(lasting_world) as wordy:
        await wordy.say(head)

        assert await wordy.hear_code() == (status, code)
        assert await wordy.hear_end() == b""


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: ", 431, "header_too_large"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n", 400, "request_malformed"),
    ],
    ids=["head", "body"],
)
async def test_whoever_goes_on_speaking_hears_why_it_was_refused(
    lasting_world: World, raw: bytes, status: int, code: str
) -> None:
    async with line(lasting_world) as wordy:
        await wordy.say(raw, *[b"x" * 131_072] * 128)

        assert await wordy.hear_code() == (status, code)
        assert await wordy.hear_end() == b""


@pytest.mark.parametrize("raw", [b"hello\r\n\r\n", b"GET /" + b"x" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"])
async def test_but_nobody_is_listened_to_for_ever_who_was_refused(lasting_world: World, raw: bytes) -> None:
    async with line(lasting_world, SOON) as wordy:
        await wordy.say(raw)
        await wordy.hear_code()

        await wordy.drip_until_cut(b"x")


@pytest.mark.parametrize(
    "more",
    [[b"0\r\n", *[b"X: y\r\n" * 1_000] * 4], [b"0\r\nX: ", *[b"y" * 6_000] * 4], [b"1;", *[b"x" * 6_000] * 4]],
    ids=["trailers", "a trailer without an end", "an extension without an end"],
)
async def test_what_stands_around_a_body_is_bounded_as_a_head_is(lasting_world: World, more: list[bytes]) -> None:
    tool = await lasting_world.standing_tool()
    head = post(tool, "").partition(b"Content-Length:")[0] + b"Transfer-Encoding: chunked\r\n\r\n"
    async with line(lasting_world) as wordy:
        await wordy.say(head, *more)

        assert await wordy.hear_code() == (431, "header_too_large")
        assert await wordy.hear_end() == b""


async def test_a_body_in_chunks_of_one_byte_is_within_that_bound(lasting_world: World) -> None:
    tool = await lasting_world.standing_tool()
    head, _, body = post(tool, "y" * 2_000, "Expect: 100-continue").partition(b"\r\n\r\n")
    head = head.replace(b"Content-Length:", b"X-Length:") + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with line(lasting_world) as minute:
        await minute.say(head)
        assert (await minute.hear())[0] == 100
        await minute.say(b"1;" + b"x" * 200, *[b"\r\n%c\r\n1" % byte for byte in body], b"\r\n \r\n0\r\n\r\n")

        assert (await minute.hear())[0] == 204


@pytest.mark.parametrize("cut", [0, 1])
async def test_a_field_behind_the_body_is_no_field_of_the_request(lasting_world: World, cut: int) -> None:
    tool = await lasting_world.standing_tool()
    before = await lasting_world.texts_in("#builds")
    head, _, body = post(tool, "By a trailer").partition(b"\r\n\r\n")
    credential = b"X-Keypost-Token: " + tool.secret.encode()
    head = head.replace(credential, b"Transfer-Encoding: chunked").replace(b"Content-Length:", b"X-Length:")
    pieces = [head + b"\r\n\r\n", b"%x\r\n%b\r\n0\r\n%b\r\n\r\n" % (len(body), body, credential)]
    async with both(lasting_world) as doors:
        for sly in doors:
            await sly.say(*(pieces if cut else [b"".join(pieces)]))

            assert (await sly.hear())[0] == 401

    assert await lasting_world.texts_in("#builds") == before


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 2_100 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 2_100 + b"\r\nY: ",
    ],
    ids=["whole", "in two pieces"],
)
async def test_a_head_behind_another_request_is_not_beyond_its_bounds_either(lasting_world: World, head: bytes) -> None:
    async with line(lasting_world) as wordy:
        await wordy.say(b"GET /signed-out HTTP/1.1\r\nHost: x\r\n\r\n" + head)
        assert (await wordy.hear())[0] == 200
        if not head.endswith(b"\r\n\r\n"):
            await wordy.say(b"y\r\n\r\n")

        assert await wordy.hear_code() == (431, "header_too_large")
        assert await wordy.hear_end() == b""


async def test_a_refusal_at_the_socket_has_the_headers_of_every_other(lasting_world: World) -> None:
    async with line(lasting_world) as odd:
        await odd.say(MALFORMED[0])

        head = (await odd.hear_end()).partition(b"\r\n\r\n")[0].decode()
    said = dict(field.split(": ", 1) for field in head.split("\r\n")[1:])
    assert {name.lower(): value for name, value in (FIXED | PLAIN).items()}.items() <= said.items()


async def test_a_head_within_its_bounds_is_not(lasting_world: World) -> None:
    fields = b"".join(b"X-%d: y\r\n" % number for number in range(19))
    async with line(lasting_world) as wordy:
        await wordy.say(b"GET /signed-out?" + b"x" * 400 + b" HTTP/1.1\r\nHost: x\r\n" + fields + b"\r\n")

        assert (await wordy.hear())[0] == 200


@pytest.mark.parametrize("raw", [*MALFORMED, BROKEN])
async def test_what_two_readers_could_understand_differently_is_read_by_nobody(
    lasting_world: World, raw: bytes
) -> None:
    async with line(lasting_world) as odd:
        await odd.say(raw)

        assert await odd.hear_code() == (400, "request_malformed")
        assert await odd.hear_end() == b""


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (MALFORMED[0], "Transfer-Encoding can't be present with Content-Length"),
        (MALFORMED[1], "Duplicate Content-Length"),
        (MALFORMED[6], "Expected CRLF after version"),
        (BROKEN, "Invalid character in chunk size"),
    ],
)
async def test_a_sender_is_told_what_is_wrong_with_the_frame_of_its_request(
    lasting_world: World, raw: bytes, what: str
) -> None:
    async with line(lasting_world) as odd:
        await odd.say(raw)

        _, body = await odd.hear()

    assert json.loads(body)["message"] == f"This is not a request that HTTP/1.1 allows ({what})."


@pytest.mark.parametrize("target", [b"http://", b"http://[::1"])
async def test_a_sender_is_told_that_its_address_cannot_be_read(lasting_world: World, target: bytes) -> None:
    async with line(lasting_world) as odd:
        await odd.say(b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % target)

        assert json.loads((await odd.hear())[1])["message"] == "The address of the request cannot be read."


async def test_a_failure_of_ours_is_not_said_to_be_the_senders(lasting_world: World) -> None:
    class Failing(FastLane):
        def find(self, path: str) -> Match | None:
            raise KeyError(path)

    server, listener, raised = lasting_world.server, listening(), []
    lane = Failing(server.door, server.database.epoch, server.database.clock)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: raised.append(type(context["exception"].__context__)))
    try:
        async with serving(server.door, listener, OPEN, lane):
            unlucky = Line(*await asyncio.open_connection(*listener.getsockname()))
            await unlucky.say(post(await lasting_world.standing_tool(), "Hello"))

            assert await unlucky.hear_end() == b""
            await unlucky.end()
    finally:
        loop.set_exception_handler(None)

    assert raised == [KeyError]


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /signed-out HTTP/1.0\r\n\r\n",
        b"GET /signed-out HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /signed-out HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:  Chunked \r\n\r\n0\r\n\r\n",
    ],
)
async def test_what_is_old_or_unusual_and_has_one_meaning_is_read(lasting_world: World, raw: bytes) -> None:
    async with line(lasting_world) as odd:
        await odd.say(raw)

        assert (await odd.hear())[0] == 200


async def test_a_request_behind_a_malformed_one_is_not_heard(world: World) -> None:
    tool = await world.tool()
    async with line(world) as odd:
        await odd.say(MALFORMED[0] + post(tool, "Smuggled"))
        await odd.hear_end()

    assert await world.texts_in("#builds") == []


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("bad", [*MALFORMED, BROKEN])
async def test_what_stands_whole_before_a_malformed_request_is_answered(
    lasting_world: World, count: int, bad: bytes
) -> None:
    tool = await lasting_world.standing_tool()
    before, texts = await lasting_world.texts_in("#builds"), [f"{number}" for number in range(count)]
    async with line(lasting_world) as odd:
        await odd.say(b"".join(post(tool, text) for text in texts) + bad + post(tool, "Behind"))

        assert [(await odd.hear())[0] for _ in texts] == [204] * count
        assert await odd.hear_code() == (400, "request_malformed")
        assert await odd.hear_end() == b""

    assert await lasting_world.texts_in("#builds") == [*before, *texts]


@pytest.mark.parametrize("count", [1, 3])
async def test_a_client_that_has_said_all_and_still_listens_is_answered(lasting_world: World, count: int) -> None:
    tool = await lasting_world.standing_tool()
    before, texts = await lasting_world.texts_in("#builds"), [f"{number}" for number in range(count)]
    async with both(lasting_world) as doors:
        for brief in doors:
            await brief.say(b"".join(post(tool, text) for text in texts))
            brief.say_no_more()

            assert [(await brief.hear())[0] for _ in texts] == [204] * count
            assert await brief.hear_end() == b""

    assert await lasting_world.texts_in("#builds") == [*before, *texts, *texts]


async def test_so_is_one_whose_last_request_is_malformed(lasting_world: World) -> None:
    tool = await lasting_world.standing_tool()
    async with line(lasting_world) as brief:
        await brief.say(post(tool, "Whole") + MALFORMED[0])
        brief.say_no_more()

        assert (await brief.hear())[0] == 204
        assert await brief.hear_code() == (400, "request_malformed")


@pytest.mark.parametrize(
    "behind",
    [
        b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf" % PATH.encode(),
        b"POST %b HTTP/1.1\r\nHost:" % PATH.encode(),
        b"GET /signed-out HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /signed-out HTTP/1.1\r\nHost: x\r\n\r\n" + MALFORMED[0],
    ],
    ids=["half a body", "half a head", "a reading", "a reading and what is malformed"],
)
async def test_whatever_stands_behind_posts_that_came_whole_they_are_answered(
    lasting_world: World, behind: bytes
) -> None:
    tool = await lasting_world.standing_tool()
    before = await lasting_world.texts_in("#builds")
    async with both(lasting_world) as doors:
        for brief in doors:
            await brief.say(post(tool, "First") + post(tool, "Second") + behind)
            brief.say_no_more()

            assert [(await brief.hear())[0] for _ in range(2)] == [204, 204]
            assert await brief.hear_end() == b""

    assert await lasting_world.texts_in("#builds") == [*before, *["First", "Second"] * 2]


async def test_half_a_body_of_a_client_that_has_said_all_is_not_waited_for(lasting_world: World) -> None:
    tool = await lasting_world.standing_tool()
    before = await lasting_world.texts_in("#builds")
    async with both(lasting_world) as doors:
        for brief in doors:
            await brief.say(post(tool, "Half")[:-1])
            brief.say_no_more()

            assert await brief.hear_end() == b""

    assert await lasting_world.texts_in("#builds") == before


async def test_a_request_that_would_rather_speak_another_protocol_is_the_last_on_its_connection(
    lasting_world: World,
) -> None:
    tool = await lasting_world.standing_tool()
    before = await lasting_world.texts_in("#builds")
    async with line(lasting_world) as wishing:
        await wishing.say(post(tool, "First") + WISHING + post(tool, "Behind"))

        assert (await wishing.hear())[0] == 204
        assert b"connection: close" in (await wishing.hear_raw())[0]
        assert await wishing.hear_end() == b""

    assert await lasting_world.texts_in("#builds") == [*before, "First"]


async def test_whatever_comes_behind_such_a_request_while_it_is_answered_is_nobodys() -> None:
    asked, told, listener = asyncio.Event(), asyncio.Event(), listening()

    async def slow(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["path"] == "/signed-out":
            asked.set()
            await told.wait()
        await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})

    async with serving(slow, listener, OPEN):
        wishing, other = [Line(*await asyncio.open_connection(*listener.getsockname())) for _ in range(2)]
        await wishing.say(WISHING)
        await asked.wait()
        await wishing.say(b"x" * 2 * (OPEN.bounds.head_max + OPEN.bounds.target_max))
        await other.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await other.hear() == (202, b"")  # The server has read on.
        told.set()

        assert await wishing.hear() == (202, b"")
        assert await wishing.hear_end() == b""
        for line in (wishing, other):
            await line.end()


@pytest.mark.parametrize("framed", [b"Content-Length: 400", b"Transfer-Encoding: chunked"])
async def test_a_body_behind_a_wish_for_another_protocol_is_refused_and_not_read_as_a_request(
    lasting_world: World, framed: bytes
) -> None:
    tool = await lasting_world.standing_tool()
    before = await lasting_world.texts_in("#builds")
    smuggling = WISHING.replace(b"\r\n\r\n", b"\r\n%b\r\n\r\n" % framed) + post(tool, "Smuggled")
    async with line(lasting_world) as wishing:
        await wishing.say(smuggling)

        assert await wishing.hear_code() == (400, "request_malformed")
        assert await wishing.hear_end() == b""

    assert await lasting_world.texts_in("#builds") == before


async def test_a_connection_on_which_nothing_comes_any_more_is_closed(world: World) -> None:
    tool = await world.tool()
    listener = listening()
    async with serving(world.server.door, listener, OPEN, world.server.fast_lane) as web:
        web.config.timeout_keep_alive = SOON_S
        line = Line(*await asyncio.open_connection(*listener.getsockname()))
        for text in ("one", "two"):
            await line.say(post(tool, text))
            assert (await line.hear())[0] == 204

        assert await line.hear_end() == b""
        await line.end()


async def test_nobody_is_taken_for_idle_whose_answer_takes_longer_than_idling_may(world: World) -> None:
    tool, listener = await world.tool(), listening()
    async with serving(world.server.door, listener, OPEN, world.server.fast_lane) as web:
        web.config.timeout_keep_alive = SOON_S
        busy, idle = [Line(*await asyncio.open_connection(*listener.getsockname())) for _ in range(2)]
        for one in (busy, idle):
            await one.say(post(tool, "First"))
            assert (await one.hear())[0] == 204
        async with held(world):
            await busy.say(post(tool, "Second"))
            assert await idle.hear_end() == b""

        assert (await busy.hear())[0] == 204
        for one in (busy, idle):
            await one.end()


async def test_nobody_is_blamed_for_a_slow_head_while_the_answer_before_it_is_on_its_way(world: World) -> None:
    tool = await world.tool()
    third = post(tool, "Third")
    async with line(world, SOON) as hasty:
        await hasty.say(post(tool, "First"))
        assert (await hasty.hear())[0] == 204
        async with held(world), line(world, SOON) as slow:
            await hasty.say(post(tool, "Second"), third[:20])
            await slow.say(b"P")
            assert await slow.hear_code() == (408, "head_too_slow")  # By now theirs would have taken too long.
            await hasty.say(third[20:])

        assert [(await hasty.hear())[0] for _ in range(2)] == [204, 204]

    assert await world.texts_in("#builds") == ["First", "Second", "Third"]


async def test_a_kept_connection_lives_on_from_its_last_answer_whoever_gave_it(world: World) -> None:
    tool = await world.tool()
    listener = listening()
    async with serving(world.server.door, listener, OPEN, world.server.fast_lane) as web:
        web.config.timeout_keep_alive = SOON_S
        line = Line(*await asyncio.open_connection(*listener.getsockname()))
        loop = asyncio.get_running_loop()
        await line.say(post(tool, "In the fast lane"))
        assert (await line.hear())[0] == 204
        await asyncio.sleep(SOON_S / 2)
        await line.say(b"GET /signed-out HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await line.hear())[0] == 200
        answered = loop.time()

        assert await line.hear_end() == b""
        assert loop.time() - answered > SOON_S / 2
        await line.end()


async def test_an_address_has_only_so_many_connections_at_once(lasting_world: World) -> None:
    bounds = Bounds(connections_per_address=2, leftover_s=10 * PATIENCE_S)
    async with lines(lasting_world, Gate(bounds), 3) as (first, second, third):
        head, body = await third.hear_raw()
        assert head.startswith(b"HTTP/1.1 429 ")
        assert b"\r\nretry-after: 10\r\n" in head
        assert json.loads(body)["code"] == "too_many_connections"
        await third.drip_until_cut(b"x")

        for each in (first, second):
            await each.say(b"GET /signed-out HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await each.hear())[0] == 200


def test_fields_that_every_answer_has_are_written_anew_when_they_change() -> None:
    gate, noon, later = Gate(), [(b"date", b"noon")], [(b"date", b"later")]

    assert [gate.written(fields) for fields in (noon, noon, later)] == [b"date: noon\r\n"] * 2 + [b"date: later\r\n"]


async def test_a_connection_that_has_gone_makes_room(lasting_world: World) -> None:
    gate = Gate(TIGHT)
    async with lines(lasting_world, gate, 2) as gone:
        for each in gone:
            await each.say(MALFORMED[0])
            await each.hear_end()

    async with lines(lasting_world, gate) as (fresh,):
        await fresh.say(b"GET /signed-out HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await fresh.hear())[0] == 200


async def test_a_proxy_speaks_for_many(lasting_world: World) -> None:
    async with lines(lasting_world, Gate(TIGHT, proxies=Proxies(["127.0.0.0/8"])), 3) as (_, _, third):
        await third.say(b"GET /signed-out HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await third.hear())[0] == 200


@pytest.mark.parametrize("beside", [(), ("Idempotency-Key: by-the-application",)])
async def test_a_tokens_networks_are_compared_with_the_client_that_a_proxy_names(
    world: World, beside: tuple[str, ...]
) -> None:
    tool = await world.tool(networks=("192.0.2.0/24",))
    named = post(tool, "Hello", "X-Forwarded-For: 198.51.100.1, 192.0.2.7", *beside)

    async with lines(world, Gate(TIGHT, Proxies(["127.0.0.1"]))) as (behind,):
        await behind.say(named)
        assert (await behind.hear())[0] == 204
    async with line(world) as direct:
        await direct.say(named)
        assert (await direct.hear())[0] == 401


async def test_requests_that_come_together_are_answered_in_their_order(world: World) -> None:
    tool = await world.tool()
    texts = [f"Number {number}" for number in range(8)]
    async with line(world) as hasty:
        await hasty.say(b"".join(post(tool, text, sync=True) for text in texts))
        answers = [await hasty.hear() for _ in texts]

    stored = await world.messages_in("#builds")
    assert [message.content.text for message in stored] == texts
    ids = [json.loads(body)["message_id"] for _, body in answers]
    assert ids == sorted(ids)


@pytest.mark.parametrize("there", [0, 20, -5], ids=["nothing", "half a head", "half a body"])
@pytest.mark.parametrize("name", [[], ["Idempotency-Key: 1"]], ids=["in the fast lane", "by the application"])
async def test_what_comes_on_a_kept_connection_while_the_server_stops_is_answered_as_the_last(
    world: World, there: int, name: list[str]
) -> None:
    tool, listener = await world.tool(), listening()
    port = listener.getsockname()[1]
    async with serving(world.server.door, listener, fast_lane=world.server.fast_lane) as web:
        kept = Line(*await asyncio.open_connection("127.0.0.1", port))
        await kept.say(post(tool, "First"))
        assert (await kept.hear())[0] == 204

        second = post(tool, "Second", *name)
        await kept.say(second[:there])
        for connection in list(web.server_state.connections):
            connection.shutdown()
        await kept.say(second[there:] if there else second)
        head = await kept.hear_head()
        rest = await kept.hear_end()
        await kept.end()

    assert head.startswith(b"HTTP/1.1 204 ")
    assert b"connection: close" in head.lower()
    assert rest == b""
    assert await world.texts_in("#builds") == ["First", "Second"]


async def test_a_kept_connection_on_which_nothing_comes_while_the_server_stops_is_closed(world: World) -> None:
    tool, listener = await world.tool(), listening()
    port = listener.getsockname()[1]
    async with serving(world.server.door, listener, fast_lane=world.server.fast_lane) as web:
        kept = Line(*await asyncio.open_connection("127.0.0.1", port))
        await kept.say(post(tool, "First"))
        assert (await kept.hear())[0] == 204

        for connection in list(web.server_state.connections):
            connection.shutdown()

        assert await kept.hear_end() == b""
        await kept.end()


async def test_half_a_head_is_told_that_the_server_stops(lasting_world: World) -> None:
    listener = listening()
    port = listener.getsockname()[1]
    async with serving(lasting_world.server.door, listener) as web:
        slow, other = [Line(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(2)]
        await slow.say(b"GET / HTTP/1.1\r\nHost:")
        await other.say(b"GET /signed-out HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await other.hear())[0] == 200  # The server has read on.
        for connection in list(web.server_state.connections):
            connection.shutdown()

        head, body = await slow.hear_raw()
        for each in (slow, other):
            await each.end()

    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nretry-after: 1\r\n" in head
    assert json.loads(body)["code"] == "server_stopping"


async def test_whoever_stands_in_line_when_the_server_stops_listening_is_answered(world: World) -> None:
    tool, listener = await world.tool(), listening()
    async with serving(world.server.door, listener, fast_lane=world.server.fast_lane) as web:
        # At once, and not awaited: the server cannot let anybody in meanwhile.
        waiting = [socket.create_connection(listener.getsockname(), PATIENCE_S) for _ in range(3)]
        for number, each in enumerate(waiting):
            each.sendall(post(tool, f"{number}"))

        await web.shutdown([listener])

        answers = [each.recv(4096) for each in waiting]
        for each in waiting:
            each.close()

    assert [answer[:13] for answer in answers] == [b"HTTP/1.1 204 "] * 3
    assert sorted(await world.texts_in("#builds")) == ["0", "1", "2"]


async def test_one_that_was_refused_is_not_waited_for_while_the_server_stops(lasting_world: World) -> None:
    listener = listening()
    port = listener.getsockname()[1]
    async with serving(lasting_world.server.door, listener, Gate(Bounds(leftover_s=10 * PATIENCE_S))) as web:
        refused = Line(*await asyncio.open_connection("127.0.0.1", port))
        await refused.say(b"hello\r\n\r\n")
        await refused.hear_code()

        for connection in list(web.server_state.connections):
            connection.shutdown()

        await refused.drip_until_cut(b"x")
        await refused.end()


async def test_a_client_that_waits_to_be_told_is_told_to_go_on(world: World) -> None:
    tool = await world.tool()
    head, _, body = post(tool, "Waited", "Expect: 100-continue").partition(b"\r\n\r\n")
    async with line(world) as polite:
        await polite.say(head + b"\r\n\r\n")
        assert (await polite.hear())[0] == 100
        await polite.say(body)
        assert (await polite.hear())[0] == 204


async def test_a_client_that_waits_in_vain_is_not_asked_for_its_body(lasting_world: World) -> None:
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
    async with line(lasting_world) as polite:
        await polite.say(head.encode())

        assert await polite.hear_code() == (401, "invalid_zapikey")
        assert await polite.hear_end() == b""


@given(cuts=st.sets(st.integers(1, 300), max_size=6))
async def test_it_does_not_matter_how_a_request_is_cut(lasting_world: World, cuts: set[int]) -> None:
    tool = await lasting_world.standing_tool()
    whole = post(tool, "In pieces", sync=True)
    edges = [0, *sorted(cut for cut in cuts if cut < len(whole)), len(whole)]
    async with line(lasting_world, Bounds()) as cut:
        await cut.say(*(whole[start:end] for start, end in pairwise(edges)))

        assert (await cut.hear())[0] == 200


def test_uvicorns_protocol_is_inside_as_ours_expects() -> None:
    """Ours overrides these and reads those; a newer uvicorn that has others must not be taken unseen."""
    own = {*vars(Protocol), *vars(HandingOver)} & {name for name, _ in inspect.getmembers(Protocol, inspect.isfunction)}
    overridden = {name for name in own if hasattr(HttpToolsProtocol, name)} - {"__init__"}
    source = inspect.getsource(HttpToolsProtocol)

    assert overridden == {
        "connection_made",
        "connection_lost",
        "data_received",
        "eof_received",
        "on_message_begin",
        "on_url",
        "on_header",
        "on_headers_complete",
        "on_body",
        "on_message_complete",
        "on_response_complete",
        "send_400_response",
        "shutdown",
        "_start_asgi_task",
    }
    fields = (
        "transport",
        "client",
        "headers",
        "url",
        "parser",
        "loop",
        "cycle",
        "scope",
        "pipeline",
        "flow",
        "connections",
    )
    for attribute in (*fields, "server_state.default_headers", "on_response_complete"):
        assert f"self.{attribute}" in source
    for attribute in ("timeout_keep_alive", "server_state.total_requests", "flow.resume_reading"):
        assert f"self.{attribute}" in inspect.getsource(HttpToolsProtocol.on_response_complete)
    # What ours puts off until there is an ASGI request.
    begun = inspect.getsource(HttpToolsProtocol.on_message_begin)
    assert set(re.findall(r"self\.(\w+) = ", begun)) == {"url", "expect_100_continue", "headers", "scope"}
    # What it asks of an answer that is under way, so of ours too.
    assert set(re.findall(r"self\.cycle\.(\w+)", source)) == {*Answering.__slots__, "body", "more_body"}
    assert "write_paused" in inspect.getsource(FlowControl)
    assert "response_complete" in inspect.getsource(RequestResponseCycle)
    assert "self.scope = scope" in inspect.getsource(RequestResponseCycle)
    # A request whose connection was handed over looks like one whose client has gone.
    assert "not self.response_complete and not self.disconnected" in inspect.getsource(RequestResponseCycle.run_asgi)
    # All that a server asks of those who stand among its connections.
    assert set(re.findall(r"connection\.(\w+)", inspect.getsource(Server.shutdown))) == {"shutdown"}
