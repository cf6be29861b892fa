"""Many clients that post over real sockets, each one thing after the other, and do not give up."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Final

import msgspec
from msgspec import Struct
from tests.faults.ledger import Ledger, Post
from tests.faults.served import Served
from tests.live.until import PATIENCE_S

CLIENTS: Final = 16
AGAIN: Final = frozenset({409, 503})
"""Nothing is wrong with the post; it is to be sent again."""
GONE: Final = (ConnectionError, asyncio.IncompleteReadError)


class Place(Struct, frozen=True):
    """Where and with what the crowd posts."""

    path: str
    secret: str


class _Cut(Exception):  # noqa: N818 - what happened, not whose error it is.
    """The connection ended before the answer was there."""


class Crowd:
    """`may_be_unsure` is for servers that lost their database, or whose disk failed, in the middle of a commit: they
    answer 500, and a post with a name is sent again.
    """

    def __init__(self, served: Served, place: Place, *, clients: int = CLIENTS, may_be_unsure: bool = False) -> None:
        self.ledger = Ledger()
        self._served = served
        self._place = place
        self._clients = clients
        self._may_be_unsure = may_be_unsure
        self._is_over = False

    @asynccontextmanager
    async def posting(self) -> AsyncIterator[Ledger]:
        """Posts as long as it is open; behind it everything that was sent is answered, or never will be."""
        async with asyncio.TaskGroup() as group:
            for number in range(self._clients):
                group.create_task(self._run(_posts_of(number)), name=f"client {number}")
            try:
                yield self.ledger
            finally:
                self._is_over = True

    async def settle(self, post: Post) -> None:
        """Sends it until it is answered."""
        client = Client(self._served, self._place)
        await self._send(client, post)
        client.close()

    async def _run(self, posts: Iterator[Post]) -> None:
        client, before = Client(self._served, self._place), None
        while not self._is_over:
            post = next(posts)
            was_cut = await self._send(client, post)
            if was_cut and before is not None:
                await self._send(client, before)  # What was answered before the cut is a repeat now.
            before = post if post.is_named else before
        client.close()

    async def _send(self, client: "Client", post: Post) -> bool:
        """Until it is answered; whether a connection was cut meanwhile."""
        was_cut = False
        while True:
            self.ledger.note_sent(post)
            try:
                status, body = await client.post(post)
            except _Cut:
                was_cut = True
                self.ledger.note_cut()
                if not post.is_named:
                    self.ledger.note_unknown(post)
                    return was_cut
                continue
            if 200 <= status < 300:
                shown = msgspec.json.decode(body)["message_id"] if body else ""
                await self.ledger.note_answer(post, shown)
                return was_cut
            if status in AGAIN:
                await self.ledger.note_refused()
                continue
            if status == 500 and self._may_be_unsure:
                if post.is_named:
                    continue
                self.ledger.note_unknown(post)
                return was_cut
            self.ledger.surprises.append(f"{post.text} was answered with {status}: {body.decode()}")
            return was_cut


class Client:
    """One connection at a time, kept as long as the server keeps it."""

    def __init__(self, served: Served, place: Place) -> None:
        self._served = served
        self._place = place
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, post: Post) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(PATIENCE_S):
                reader, writer = self._streams or await self._connect()
                writer.write(_request(self._place, post))
                head = await reader.readuntil(b"\r\n\r\n")
                status, size, is_kept = _read_head(head)
                body = await reader.readexactly(size)
        except GONE as error:
            self.close()
            raise _Cut from error
        if not is_kept:
            self.close()
        return status, body

    async def post_and_go(self, post: Post) -> None:
        """Sends it whole, and is gone before it can be answered."""
        _, writer = self._streams or await self._connect()
        writer.write(_request(self._place, post))
        self.close()

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while True:
            await self._served.is_up.wait()
            with suppress(ConnectionRefusedError):  # It is stopping at this moment.
                settings = self._served.settings
                self._streams = await asyncio.open_connection(settings.host, settings.port)
                return self._streams


def _posts_of(client: int) -> Iterator[Post]:
    """Every third without a name: those take the shortest way through the server, and are never repeated."""
    return (Post(f"client {client} says {number}", is_named=number % 3 != 0) for number in count())


def _request(place: Place, post: Post) -> bytes:
    body = msgspec.json.encode({"text": post.text, "sync_message": post.is_named})
    name = f"Idempotency-Key: {post.text}\r\n" if post.is_named else ""
    head = f"POST {place.path} HTTP/1.1\r\nHost: keypost.example\r\nX-Keypost-Token: {place.secret}\r\n{name}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _read_head(head: bytes) -> tuple[int, int, bool]:
    """The status, how long the body is, and whether the connection stays."""
    status_line, *lines = head.decode("latin-1").rstrip().split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return int(status_line.split()[1]), int(fields.get("content-length", 0)), fields.get("connection") != "close"
