"""What the server does with a connection before there is a request, over real sockets."""

import asyncio
import inspect
import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.chat.test_slow_database import held
from tests.live.until import PATIENCE_S
from tests.serving import OPEN, listening, serving
from tests.web.lines import PATH, SOON, TIGHT, Line, line, lines, post
from tests.web.malformed import MALFORMED
from tests.world import World
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import Server

from keypost.proxies import Proxies
from keypost.web.gate import Bounds, Gate
from keypost.web.handing_over import HandingOver
from keypost.web.protocol import Answering, Protocol

SOON_S = 1


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
