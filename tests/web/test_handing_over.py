"""What is left of a connection that was taken over from the web server, and what it still does."""

import asyncio
import gc

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.web.feeding import BIG, Listener, Source, fed, filled

from keypost.web import connection
from keypost.web.gate import Bounds, Gate
from keypost.web.outlet import FULL_AT, TAKE_OVER, Piece
from keypost.web.protocol import Protocol

TAKEN_OVER = "taken over"


async def test_an_idle_reader_costs_no_task_and_nothing_of_the_web_servers() -> None:
    source = Source()
    async with fed(source, TAKEN_OVER) as port:
        tasks = len(asyncio.all_tasks())
        gc.collect()
        gc.disable()
        others = protocols()
        readers = [await Listener.connect(port) for _ in range(5)]
        try:
            for reader in readers:
                await reader.head()
            await asyncio.sleep(0)

            assert len(asyncio.all_tasks()) == tasks
            assert [held for held in protocols() if held not in others] == []
        finally:
            gc.enable()
            for reader in readers:
                await reader.close()


def protocols() -> list[Protocol]:
    """With those of connections that other tests have left, and whose end has not come yet."""
    return [held for held in gc.get_objects() if isinstance(held, Protocol)]


async def test_the_head_says_that_nothing_more_is_answered_on_the_connection() -> None:
    source = Source()
    async with fed(source, TAKEN_OVER) as port:
        reader = await Listener.connect(port)

        assert b"\r\nconnection: close\r\n" in (await reader.head()).lower()
        await reader.close()


async def test_who_speaks_all_the_same_is_cut() -> None:
    source = Source()
    async with fed(source, TAKEN_OVER) as port:
        reader = await Listener.connect(port)
        await source.opened()
        await reader.head()

        reader.ask("/")

        assert await reader.rest() == b""
        await source.until(lambda: source.gone_times == 1)
        await reader.close()


async def test_what_came_right_behind_the_request_is_not_answered_and_harms_nothing() -> None:
    source = Source()
    async with fed(source, TAKEN_OVER) as port:
        reader = await Listener.connect(port, "\r\nGET / HTTP/1.1", "Host: x")
        outlet = await source.opened()
        outlet.write(Piece.of(b"news"))
        assert await reader.chunk() == b"news"

        outlet.end()

        assert await reader.rest() == b""
        assert len(source.outlets) == 1
        await reader.close()


async def test_a_full_reader_does_not_hold_up_the_end() -> None:
    source = Source()
    async with fed(source, TAKEN_OVER) as port:
        reader = await Listener.connect(port, reads=False)
        outlet = await source.opened()
        await filled(outlet)

        outlet.end()

        await source.until(lambda: source.gone_times == 1)
        await reader.close()


async def test_who_does_not_read_up_to_the_end_is_not_waited_for_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LINGER_S", 0.01)
    source = Source()
    async with fed(source, TAKEN_OVER) as port:
        reader = await Listener.connect(port, reads=False)
        outlet = await source.opened()
        outlet.write(BIG)
        assert not outlet.is_full

        outlet.end()

        await source.until(lambda: source.gone_times == 1)
        await reader.close()


async def test_a_server_that_stops_ends_what_it_handed_over() -> None:
    source = Source()
    async with fed(source, TAKEN_OVER) as port:
        reader = await Listener.connect(port)
        await source.opened()

    await reader.head()
    assert await reader.rest() == b""
    assert reader.is_over
    await reader.close()


async def test_its_address_has_a_connection_less_when_it_has_gone_and_not_before() -> None:
    source = Source()
    async with fed(source, TAKEN_OVER, Gate(Bounds(connections_per_address=1))) as port:
        reader = await Listener.connect(port)
        await source.opened()
        assert await refused(port)

        await reader.close()
        await source.until(lambda: source.gone_times == 1)

        assert not await refused(port)


def behind(first: asyncio.Event, source: Source) -> ASGIApp:
    """Answers `/first` once it may, and everything else as the source does."""

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/first":
            await first.wait()
            await PlainTextResponse("first")(scope, receive, send)
        else:
            await source(scope, receive, send)

    return answering


async def test_behind_another_answer_it_takes_the_usual_way() -> None:
    source = Source()
    first = asyncio.Event()

    async with fed(behind(first, source), TAKEN_OVER) as port:
        reader = await Listener.connect(port, path="/first")
        reader.ask("/")
        await asyncio.sleep(0)
        first.set()
        (await source.opened()).write(Piece.of(b"second"))

        assert b"content-length: 5" in await reader.head()
        await reader.exactly(b"first")
        await reader.head()
        assert await reader.chunk() == b"second"
        await reader.close()


async def test_a_reader_between_other_requests_that_leaves_is_noticed() -> None:
    source = Source()
    first = asyncio.Event()

    async with fed(behind(first, source), TAKEN_OVER) as port:
        reader = await Listener.connect(port, path="/first")
        reader.ask("/")
        reader.ask("/last")
        await asyncio.sleep(0)
        first.set()
        await source.opened()

        await reader.close()

        await source.until(lambda: source.gone_times == 1)


async def test_a_reader_who_has_not_taken_the_head_yet_is_full_until_then() -> None:
    source = Source()

    async def answering(scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x", b"x" * FULL_AT)]})
        scope["extensions"][TAKE_OVER](source.open)

    async with fed(answering, TAKEN_OVER) as port:
        reader = await Listener.connect(port, reads=False)

        assert await filled(await source.opened()) == 0

        reader.wake()
        await reader.skip(FULL_AT)
        await source.until(lambda: source.drained_times == 1)
        await reader.close()


async def refused(port: int) -> bool:
    reader = await Listener.connect(port)
    head = await reader.head()
    await reader.close()
    return head.startswith(b"HTTP/1.1 429")
