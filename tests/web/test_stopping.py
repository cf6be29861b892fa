"""What a server that is told to stop does with its connections."""

import asyncio
import json
import socket

import pytest
from tests.live.until import PATIENCE_S
from tests.serving import listening, serving
from tests.web.lines import Line, post
from tests.world import World

from keypost.web.gate import Bounds, Gate


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
