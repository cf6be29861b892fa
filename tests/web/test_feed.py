"""Answers that are written as news come: with the connection taken over, and as any ASGI server carries them."""

import asyncio
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send
from tests.live.until import PATIENCE_S
from tests.web.feeding import BIG, DOORS, Listener, Source, fed, filled

from keypost.web.outlet import FULL_AT, Piece

pytestmark = pytest.mark.parametrize("door", DOORS)


async def test_what_is_written_is_read_and_its_end_too(door: str) -> None:
    source = Source()
    async with fed(source, door) as port:
        reader = await Listener.connect(port)
        outlet = await source.opened()
        outlet.write(Piece.of(b"first"))
        outlet.write(Piece.of(b"second"))
        outlet.end()

        assert b"transfer-encoding: chunked" in (await reader.head()).lower()
        assert [await reader.chunk() for _ in range(3)] == [b"first", b"second", b""]
        assert reader.is_over
        await source.until(lambda: source.gone_times == 1)
        await reader.close()


@settings(max_examples=20)
@given(sizes=st.lists(st.sampled_from([1, 15, 16, 255, 4_095, 70_000]), max_size=12), slow=st.booleans())
async def test_everything_arrives_once_and_in_order(door: str, sizes: list[int], slow: bool) -> None:
    before = accumulate([0, *sizes])
    written = [bytes([number]) * size for number, size in enumerate(sizes) if next(before) < FULL_AT]
    source = Source()
    async with fed(source, door) as port:
        reader = await Listener.connect(port, reads=not slow)
        outlet = await source.opened()
        for content in written:
            outlet.write(Piece.of(content))
        outlet.write(Piece.of(b"last"))
        reader.wake()
        await reader.head()
        read = [await reader.chunk() for _ in [*written, b"last"]]
        await reader.close()

    assert read == [*written, b"last"]


async def test_a_reader_that_leaves_is_noticed(door: str) -> None:
    source = Source()
    async with fed(source, door) as port:
        reader = await Listener.connect(port)
        await source.opened()
        await reader.head()

        await reader.close()

        await source.until(lambda: source.gone_times == 1)


async def test_a_reader_that_does_not_read_is_full_and_has_room_when_it_has_read(door: str) -> None:
    source = Source()
    async with fed(source, door) as port:
        reader = await Listener.connect(port, reads=False)
        outlet = await source.opened()
        count = await filled(outlet)
        assert count * len(BIG.content) > FULL_AT
        reader.wake()
        await reader.head()

        assert [await reader.chunk() for _ in range(count)] == [BIG.content] * count
        await source.until(lambda: source.drained_times == 1)
        assert not outlet.is_full
        await reader.close()


async def test_a_reader_that_is_cut_does_not_get_what_still_waits(door: str) -> None:
    source = Source()
    async with fed(source, door) as port:
        reader = await Listener.connect(port, reads=False)
        outlet = await source.opened()
        count = await filled(outlet)

        outlet.cut()
        reader.wake()
        await reader.head()
        rest = await reader.rest()
        await source.until(lambda: source.gone_times == 1)
        await reader.close()

    assert len(rest) < count * len(BIG.content)


async def test_nothing_stays_open_for_a_reader_that_has_gone_before_the_answer(door: str) -> None:
    source, has_gone = Source(), asyncio.Event()

    async def late(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        await source(scope, receive, send)
        has_gone.set()

    async with fed(late, door) as port:
        await (await Listener.connect(port)).close()
        async with asyncio.timeout(PATIENCE_S):
            await has_gone.wait()

    assert len(source.outlets) == source.gone_times
