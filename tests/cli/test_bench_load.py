"""The load of `keypost bench` hears every answer once, and charges a slow server for all who had to wait."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keypost.cli.bench.children import Loader, child
from keypost.cli.bench.connection import Connection
from keypost.cli.bench.crowd import EVENT, Crowd, Stream, Watch
from keypost.cli.bench.load import Load, Sender, SteadySender, request
from keypost.settings import DEFAULT_HOST

ANSWERS: Final = (
    (b"HTTP/1.1 204 No Content\r\nx: y\r\n\r\n", True),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\r\n\r\n", True),
    (b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 2\r\nretry-after: 1\r\n\r\n{}", False),
    (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", False),
)
ANSWER_S: Final = 0.02


@given(answers=st.lists(st.sampled_from(ANSWERS), max_size=6), cuts=st.sets(st.integers(1, 100), max_size=8))
def test_every_answer_is_heard_once_wherever_it_is_cut(answers: list[tuple[bytes, bool]], cuts: set[int]) -> None:
    heard: list[bool] = []
    connection = Connection(lambda _, is_good: heard.append(is_good))

    for answer, _ in answers:
        for piece in pieces(answer, cuts):
            connection.data_received(piece)

    assert heard == [is_good for _, is_good in answers]


@given(count=st.integers(0, 8), cuts=st.sets(st.integers(1, 200), max_size=20))
def test_every_message_of_a_stream_is_counted_once_wherever_it_is_cut(count: int, cuts: set[int]) -> None:
    watch = Watch(Crowd(port=1, subscribers=1, posts=count, followed=0, session="", token="", path="/", body="{}"))
    stream = Stream(watch)

    for piece in pieces(b"retry: 1000\n\n" + b"".join(b"id: 1%b\ndata: {}\n\n" % EVENT for _ in range(count)), cuts):
        stream.data_received(piece)

    assert watch.deliveries == count


async def test_in_open_loop_a_slow_server_is_charged_for_all_who_had_to_wait() -> None:
    async with slow_server() as port:
        closed = await Sender(Load(port=port, connections=1, seconds=0.2)).run()
        opened = await SteadySender(Load(port=port, connections=1, seconds=0.4, rate=200)).run()

    assert closed.left == 0
    assert opened.left > 0
    assert opened.p99_ms > 5 * ANSWER_S * 1000


async def test_answers_that_are_no_success_are_counted() -> None:
    async with slow_server(b"HTTP/1.1 401 Unauthorized\r\n\r\n") as port:
        heard = await Sender(Load(port=port, connections=2, seconds=0.1)).run()

    assert heard.non_2xx == heard.answers > 0


async def test_of_all_loads_together_it_is_known_how_much_was_refused() -> None:
    async with slow_server(b"HTTP/1.1 401 Unauthorized\r\n\r\n") as port:
        with child("load") as started:
            loader = Loader(started)
            loads = [Load(port=port, connections=1, seconds=0.1, rate=rate) for rate in (0, 50)]
            refused = [(await asyncio.to_thread(loader.send, load)).non_2xx for load in loads]

    assert loader.non_2xx == sum(refused) > max(refused) > 0


async def test_a_server_that_hangs_up_counts_as_a_failure() -> None:
    async with slow_server(b"") as port:
        heard = await Sender(Load(port=port, connections=1, seconds=0.1)).run()

    assert heard.non_2xx > 0


@pytest.mark.parametrize("body", ["", '{"text":"x"}'])
def test_a_request_says_how_long_it_is(body: str) -> None:
    head, _, rest = request(80, "/x", "kpt_x", body).partition(b"\r\n\r\n")

    assert rest.decode() == body
    assert f"Content-Length: {len(body)}".encode() in head.split(b"\r\n")


@asynccontextmanager
async def slow_server(answer: bytes = b"HTTP/1.1 204 No Content\r\n\r\n") -> AsyncIterator[int]:
    """Without an answer it hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096) and answer:
            await asyncio.sleep(ANSWER_S)
            writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve, DEFAULT_HOST, 0) as server:
        yield server.sockets[0].getsockname()[1]


def pieces(content: bytes, cuts: set[int]) -> list[bytes]:
    ends = [0, *sorted(cut for cut in cuts if cut < len(content)), len(content)]
    return [content[begin:end] for begin, end in itertools.pairwise(ends)]
