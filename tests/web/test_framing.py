"""Where a request begins and ends, how large what stands around it may be, and what is refused, over real sockets."""

import asyncio
import json

import pytest
from starlette.types import Receive, Scope, Send
from tests.serving import OPEN, listening, serving
from tests.web.doors import both
from tests.web.lines import SOON, Line, line, post
from tests.web.malformed import BROKEN, MALFORMED
from tests.world import World

from keypost.web.fast_lane import FastLane
from keypost.web.headers import FIXED, PLAIN
from keypost.web.routing import Match

WISHING = b"GET /signed-out HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n"


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


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (b"http://keypost.example", "/"),
        (b"http://keypost.example?to=there", "/?to=there"),
        (b"http://keypost.example/", "/"),
    ],
)
async def test_an_address_of_a_host_alone_means_its_root(lasting_world: World, target: bytes, path: str) -> None:
    async with line(lasting_world) as proxied, line(lasting_world) as usual:
        await proxied.say(b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % target)
        await usual.say(b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % path.encode())

        answered, expected = await proxied.hear(), await usual.hear()

    assert answered == expected
    assert answered[0] == 401


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
