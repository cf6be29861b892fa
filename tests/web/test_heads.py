"""Heads that are said again: neither the parser nor whoever judged them is asked again, and nobody can tell."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.chat.test_slow_database import held
from tests.serving import OPEN, listening, serving
from tests.web.doors import Heard, both, heard, known_in, request, stored_in
from tests.web.lines import PATH, SOON, TIGHT, Line, lines, post
from tests.world import World
from uvicorn.server import Server

from keypost.caller import Admitted, Caller, Means
from keypost.clock import MINUTE_MS
from keypost.ids import OrgId, PersonId
from keypost.limits.uncounted import Uncounted
from keypost.tokens import service as tokens
from keypost.web import heads, protocol
from keypost.web.fast_lane import FastLane
from keypost.web.gate import Gate
from keypost.web.heads import Heads
from keypost.web.offer import Known, Offer
from keypost.web.routing import Match

GOOD = b'{"text":"good"}'
PAGE = b"GET /signed-out HTTP/1.1\r\nHost: x\r\n\r\n"
SOMEBODY = Caller(org_id=OrgId(1), person_id=PersonId(1), means=Means.API_TOKEN, scopes=frozenset())


def nobody(*_arguments: object) -> None:
    raise AssertionError("The head was judged anew.")


class Silent:
    """What holds of nobody."""

    def ready(self, _fields: Mapping[bytes, bytes], _body: bytes) -> None:
        return None


class Opening:
    """A server of its own, to which connections can be made one after the other."""

    def __init__(self, web: Server, address: tuple[str, int], stack: AsyncExitStack) -> None:
        self.config = web.config
        self._address = address
        self._stack = stack

    async def line(self, from_address: str = "127.0.0.1") -> Line:
        line = Line(*await asyncio.open_connection(*self._address, local_addr=(from_address, 0)))
        self._stack.push_async_callback(line.end)
        return line


@asynccontextmanager
async def opening(world: World, gate: Gate = OPEN) -> AsyncIterator[Opening]:
    listener = listening()
    async with AsyncExitStack() as stack:
        web = await stack.enter_async_context(serving(world.server.door, listener, gate, world.server.fast_lane))
        yield Opening(web, listener.getsockname(), stack)


async def say_thrice(line: Line, raw: bytes) -> list[int]:
    """Once to be known as one who stays, once to be remembered, once to be recognised."""
    return [int((await line.say_and_hear(raw))[0].split()[1]) for _ in range(3)]


async def test_a_head_that_is_said_again_is_recognised(lasting_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = await lasting_world.standing_tool()
    async with lines(lasting_world, OPEN) as (line,):
        assert await say_thrice(line, post(tool, "Said again")) == [204] * 3
        monkeypatch.setattr(FastLane, "take", nobody)

        assert await say_thrice(line, post(tool, "Another!!!")) == [204] * 3


CARRIED = ("header", "bearer", "query", "wrong", "person's")
BODIES = (GOOD, b'{"text":"bad"]}', b'{"text":"also"}', GOOD + b" " * 99)


@given(said=st.lists(st.tuples(st.sampled_from(CARRIED), st.sampled_from(BODIES)), min_size=3, max_size=9))
async def test_both_doors_do_the_same_with_what_is_said_again_and_again(
    lasting_world: World, said: list[tuple[str, bytes]]
) -> None:
    known = await known_in(lasting_world)
    make = partial(request, known.tool, PATH, api_token=known.program.api_token)
    raw = [make(body, carried=carried) for carried, body in said]
    answers: list[list[Heard]] = []
    stored = []
    async with both(lasting_world) as doors:
        for door in doors:
            lasting_world.clock.move(MINUTE_MS)  # Or what was wrong in earlier examples would count in this one.
            before = len(await stored_in(lasting_world))
            answers.append([await heard(door, each) for each in raw])
            stored.append((await stored_in(lasting_world))[before:])

    assert answers[0] == answers[1]
    assert stored[0] == stored[1]


@given(
    bodies=st.lists(st.sampled_from(BODIES), min_size=3, max_size=9), sizes=st.lists(st.integers(1, 700), min_size=1)
)
async def test_it_makes_no_difference_in_which_pieces_it_is_said(
    lasting_world: World, bodies: list[bytes], sizes: list[int]
) -> None:
    tool = await lasting_world.standing_tool()
    raw = [request(tool, PATH, body) for body in bodies]
    async with lines(lasting_world, OPEN, 2) as (whole, cut):
        expected = [await heard(whole, each) for each in raw]
        await cut.say(*pieces(b"".join(raw), sizes))
        answers = [await heard(cut, b"") for _ in raw]

    assert [answer.status for answer in answers] == [answer.status for answer in expected]


def pieces(raw: bytes, sizes: list[int]) -> list[bytes]:
    found: list[bytes] = []
    while raw:
        size = sizes[len(found) % len(sizes)]
        found.append(raw[:size])
        raw = raw[size:]
    return found


@pytest.mark.parametrize(
    "before", ["POST /x HTTP/1.1\r\nX: ", "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n"]
)
async def test_what_belongs_to_another_request_is_not_taken_for_one(lasting_world: World, before: str) -> None:
    """Else whoever puts text into somebody's request could post by it."""
    tool = await lasting_world.standing_tool()
    raw = post(tool, "Smuggled")
    async with lines(lasting_world, OPEN, 2) as (line, other):
        assert await say_thrice(line, raw) == [204] * 3
        stored = await lasting_world.texts_in("#builds")
        await line.say(before.format(path=PATH, size=len(raw)).encode())
        await other.say_and_hear(PAGE)  # By now it has arrived.
        await line.say(raw)

        assert (await line.hear())[0] in {401, 404}
        assert await lasting_world.texts_in("#builds") == stored


async def test_empty_lines_before_a_request_are_no_head(lasting_world: World) -> None:
    """Servers are to overlook them. With as many as a head and its body have bytes, they were remembered as one."""
    tool, body = await lasting_world.standing_tool(), GOOD + b" "
    empty = b"\r\n" * (2 + len(body) // 2)
    async with lines(lasting_world, OPEN, 2) as (line, other):
        assert await say_thrice(line, request(tool, PATH, body)) == [204] * 3
        stored = await lasting_world.texts_in("#builds")
        await line.say(empty)
        await other.say_and_hear(PAGE)  # By now they have arrived.
        await line.say(empty[:4] + body)

        assert await line.hear_code() == (400, "request_malformed")
        assert await lasting_world.texts_in("#builds") == stored


async def test_empty_lines_before_heads_that_are_recognised_do_not_add_up(lasting_world: World) -> None:
    raw = post(await lasting_world.standing_tool(), "After empty lines")
    async with lines(lasting_world, Gate(TIGHT), 2) as (line, other):
        assert await say_thrice(line, raw) == [204] * 3
        for _ in range(2):
            await line.say(b"\r\n" * (TIGHT.head_max // 2))
            await other.say_and_hear(PAGE)  # By now they have arrived.
            assert await say_thrice(line, raw) == [204] * 3


async def test_a_body_that_is_not_there_yet_is_waited_for(lasting_world: World) -> None:
    tool = await lasting_world.standing_tool()
    raw = request(tool, PATH, GOOD + b" " * 20)  # All that is missing at first changes nothing.
    async with lines(lasting_world, OPEN, 2) as (line, other):
        assert await say_thrice(line, raw) == [204] * 3
        await line.say(raw[:-10])
        await other.say_and_hear(PAGE)
        await line.say(raw[-10:])
        assert (await line.hear())[0] == 204
        assert await say_thrice(line, raw) == [204] * 3


async def test_who_speaks_with_a_head_that_is_recognised_is_not_taken_for_silent(world: World) -> None:
    raw = post(await world.tool(), "Not silent")
    async with opening(world, Gate(replace(SOON, connections_per_address=3))) as server:
        assert await say_thrice(await server.line(), raw) == [204] * 3
        fresh = await server.line()
        assert await say_thrice(fresh, raw) == [204] * 3
        await until_silence_is_cut(server)

        assert await say_thrice(fresh, raw) == [204] * 3


async def until_silence_is_cut(server: Opening) -> None:
    silent = await server.line()
    await silent.say(b"P")
    assert await silent.hear_code() == (408, "head_too_slow")


async def test_who_speaks_with_a_head_that_is_recognised_is_not_taken_for_idle(world: World) -> None:
    raw = post(await world.tool(), "Not idle")
    async with opening(world) as server:
        server.config.timeout_keep_alive = 1
        busy, idle = await server.line(), await server.line()
        assert await say_thrice(busy, raw) == [204] * 3
        for each in (busy, idle):
            assert (await each.say_and_hear(PAGE))[0].startswith(b"HTTP/1.1 200")
        async with held(world):
            await busy.say(raw)
            assert await idle.hear_end() == b""

        assert (await busy.hear())[0] == 204


async def test_what_is_remembered_of_a_token_ends_when_the_token_does(world: World) -> None:
    old, new = await world.tool(), await world.tool()
    await world.write(tokens.replace_live, world.server.register, new.token)
    async with lines(world, OPEN) as (line,):
        assert await say_thrice(line, post(old, "In its last day")) == [204] * 3

        world.clock.move(tokens.REPLACED_LIFE_MS)
        assert await say_thrice(line, post(old, "In its last day")) == [401] * 3
        assert await say_thrice(line, post(new, "In its first day")) == [204] * 3


async def test_a_post_with_a_head_that_is_recognised_counts_as_any_other(world: World) -> None:
    await world.restart(posts_per_minute=12)  # Four at once.
    tool = await world.tool()
    async with lines(world, OPEN) as (line,):
        assert await say_thrice(line, post(tool, "One of three")) == [204] * 3
        world.clock.move(MINUTE_MS)
        assert await say_thrice(line, post(tool, "One of three")) == [204] * 3
        assert world.server.register.last_use(tool.token) == world.clock.now
        assert await say_thrice(line, post(tool, "One of three")) == [204, 429, 429]


async def test_a_head_is_recognised_for_the_address_that_said_it_alone(world: World) -> None:
    tool = await world.tool(networks=("127.0.0.1/32",))
    async with opening(world) as server:
        near, far = await server.line(), await server.line("127.0.0.2")

        assert await say_thrice(near, post(tool, "From near")) == [204] * 3
        assert await say_thrice(far, post(tool, "From near")) == [401] * 3


async def test_no_secret_is_kept_with_a_head(lasting_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Heads()
    monkeypatch.setattr(protocol, "Heads", lambda: kept)
    known = await known_in(lasting_world)
    async with lines(lasting_world, OPEN) as (line,):
        for carried in ("header", "bearer", "query", "person's"):
            foreign = ("Cookie: session=another-secret", "Proxy-Authorization: Basic a-third")
            raw = request(known.tool, PATH, GOOD, carried=carried, api_token=known.program.api_token, fields=foreign)
            assert await say_thrice(line, raw) == [204] * 3

    assert len(kept) == 4
    for secret in (known.tool.secret, known.program.api_token, "another-secret", "a-third"):
        assert secret not in repr(vars(kept))


async def test_heads_that_are_never_said_again_do_not_fill_the_memory(
    lasting_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Heads()
    monkeypatch.setattr(protocol, "Heads", lambda: kept)
    monkeypatch.setattr(heads, "HEADS_MAX", 3)
    tool = await lasting_world.standing_tool()
    async with lines(lasting_world, OPEN) as (line,):
        for number in range(8):
            await line.say_and_hear(post(tool, "Numbered", f"X-Number: {number}"))
            assert len(kept) <= 3


@pytest.mark.parametrize(("size", "count"), [(heads.HEAD_MAX, 1), (heads.HEAD_MAX + 1, 0)])
async def test_a_head_that_is_too_long_is_not_kept(
    lasting_world: World, monkeypatch: pytest.MonkeyPatch, size: int, count: int
) -> None:
    """Anybody with a token can make up thousands of them."""
    kept = Heads()
    monkeypatch.setattr(protocol, "Heads", lambda: kept)
    tool = await lasting_world.standing_tool()
    bare = request(tool, PATH, GOOD, fields=("X: ",))
    raw = request(tool, PATH, GOOD, fields=("X: " + "x" * (size + len(GOOD) - len(bare)),))
    async with lines(lasting_world, OPEN) as (line,):
        assert await say_thrice(line, raw) == [204] * 3

    assert len(kept) == count


async def test_the_head_of_one_who_does_not_stay_is_not_kept(
    lasting_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Heads()
    monkeypatch.setattr(protocol, "Heads", lambda: kept)
    tool = await lasting_world.standing_tool()
    async with lines(lasting_world, OPEN, 3) as passing:
        for line in passing:
            await line.say_and_hear(post(tool, "And away"))

    assert len(kept) == 0


def test_a_head_is_kept_of_a_request_alone() -> None:
    kept, said = Heads(), b"POST / HTTP/1.1\r\n\r\nbody"
    offer = Offer(Match({}, {}), "/", b"/", b"", {}, "", len(b"body"))
    known = Known(offer, Admitted(caller=SOMEBODY), Uncounted, Silent(), 0)

    kept.keep("", said + b"!", known)
    assert len(kept) == 0
    kept.keep("", said, known)
    assert kept.find("", said) == (known, b"body")
    assert kept.find("", said + b"!") is None
    assert kept.find("", said[:-1]) is None
    assert kept.find("", said[:-8]) is None
    assert kept.find("elsewhere", said) is None
