"""What a connection says, byte for byte, to the protocol class: whatever it is, answers stand in order and whole, the
connection is forgotten at its end, and it makes no difference in which pieces it arrived, nor whether heads that were
said before are recognised.

The first byte says after how many bytes the pieces are cut.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httptools
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from tests.web.malformed import MALFORMED
from uvicorn.server import ServerState

from keypost.caller import Admitted, Caller, Means
from keypost.errors import Refusal
from keypost.ids import OrgId, PersonId
from keypost.limits.uncounted import Uncounted
from keypost.web import problem
from keypost.web.body import read_body
from keypost.web.fast_lane import Answer, Done, FastLane
from keypost.web.gate import Gate
from keypost.web.heads import Heads
from keypost.web.offer import Known, Offer
from keypost.web.protocol import Protocol, guarding
from keypost.web.routing import Match

PIECES_MAX: Final = 8
GO_ON: Final = 100
REQUESTS: Final = re.compile(rb"(?=POST )")
POST: Final = b"POST /fast HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
SLOW: Final = b"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED: Final = b"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
MORE: Final = (
    POST + POST + SLOW + POST,
    CHUNKED + POST,
    b"GET /x?y HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + POST,
    b"HEAD / HTTP/1.0\r\n\r\n",
    b"GET http://x?y HTTP/1.1\r\nHost: x\r\n\r\n" + POST,
    b"POST /fast HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 300\r\n\r\n" + b"y" * 300 + POST,
    b"\r\n\r\n" + POST,
    CHUNKED.replace(b"3\r\n", b"3;a=b\r\n").replace(b"0\r\n", b"0\r\nExpect: 100-continue\r\nX: y\r\n") + POST,
)
SOMEBODY: Final = Caller(org_id=OrgId(1), person_id=PersonId(1), means=Means.API_TOKEN, scopes=frozenset())


def seeds() -> list[bytes]:
    return [bytes([size]) + said for said in (*MALFORMED, *MORE) for size in (0, 7)]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the body as every route does, and says the same as the fast lane."""
    request = Request({**scope, "state": {}}, receive)
    try:
        response = Response(await read_body(request))
    except Refusal as refusal:
        response = problem.refused(request, refusal, page=False)
    if request.method == "HEAD":  # Whose answers only their client can tell from others.
        response = Response(status_code=response.status_code)
    await response(scope, receive, send)


class Nothing:
    """What holds of whoever posts to the one address."""

    def ready(self, _fields: Mapping[bytes, bytes], _body: bytes) -> None:
        return None


class Taking(FastLane):
    """Takes what is posted to one address, and says it again a moment later, as after a commit."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def find(self, path: str) -> Match | None:
        return Match({}, {}) if path in {"/fast", "/slow"} else None

    def take(self, offer: Offer, body: bytes, done: Done) -> Known | None:
        known = Known(offer, Admitted(caller=SOMEBODY), Uncounted, Nothing(), 0)
        return known if offer.path == "/fast" and self.take_again(known, body, done) else None

    def take_again(self, _known: Known, body: bytes, done: Done) -> bool:
        self._loop.call_soon(done, Answer(200, b"content-length: %d\r\n" % len(body), body))
        return True


class Transport(asyncio.Transport):
    """Keeps what was written, until it is closed."""

    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.1", 5), "sockname": ("192.0.2.2", 80)})
        self.written = bytearray()
        self.has_ended = self._is_closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.has_ended, f"written after the end: {bytes(data)!r}"
        self.written += data

    def write_eof(self) -> None:
        """It listens on, and forgets what it hears."""
        self.has_ended = True

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        self.has_ended = self._is_closing = True

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...


class Forgetful(Heads):
    """Recognises nothing."""

    def find(self, _address: str, _request: bytes) -> None:
        return None


class Answers:
    """Reads what was answered as a client does; `list` are statuses and bodies."""

    def __init__(self, written: bytes) -> None:
        self.list: list[tuple[int, bytes]] = []
        self._body = b""
        self._parser: Any = httptools.HttpResponseParser(self)
        self._is_whole = True
        self._parser.feed_data(written)
        assert self._is_whole, f"an answer without its end: {written!r}"

    def on_message_begin(self) -> None:
        self._is_whole, self._body = False, b""

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        self.list.append((self._parser.get_status_code(), self._body))
        self._is_whole = True


class Stand:
    """One loop for all; each connection is its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, heads: Heads) -> None:
        self._loop = loop
        self._loop.set_exception_handler(self._raised)
        self._gate = Gate()
        http = guarding(self._gate, Taking(self._loop))
        http._heads = heads
        self._config = uvicorn.Config(application, http=http, ws="none", lifespan="off", log_config=None)
        self._config.load()
        self._troubles: list[dict[str, Any]] = []

    def hear(self, pieces: Sequence[bytes]) -> tuple[list[tuple[int, bytes]], bool]:
        """What is answered in the end, and whether the connection was closed, when it is said in these pieces."""
        transport = Transport()
        protocol: Protocol = self._config.http_protocol_class(  # type: ignore[call-arg, assignment]
            config=self._config, server_state=ServerState(), app_state={}, _loop=self._loop
        )
        protocol.connection_made(transport)
        for piece in pieces:
            protocol.data_received(piece)
            self._settle()
        has_ended = transport.has_ended
        protocol.connection_lost(None)
        self._settle()
        assert not self._gate._open, "a connection is still counted"
        assert protocol._deadline is None, "a connection that has gone is still waited for"
        assert not self._troubles, self._troubles
        # Whether a sender is told to go on depends on how much of its body is there already.
        return [answer for answer in Answers(bytes(transport.written)).list if answer[0] != GO_ON], has_ended

    def _settle(self) -> None:
        """Until nobody has anything left to do. As `run_forever` does it, without what that does at each call."""
        loop: Any = self._loop
        while loop._ready:
            loop._run_once()

    def _raised(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._troubles.append(context)


LOOP: Final = asyncio.new_event_loop()
asyncio.events._set_running_loop(LOOP)
STAND: Final = Stand(LOOP, Heads())
FORGETFUL: Final = Stand(LOOP, Forgetful())


def take(data: bytes) -> bool:
    """Whether at least one request was answered with success."""
    if len(data) < 2:
        return False
    said, size = data[1:], max(data[0], len(data) // PIECES_MAX, 1)
    at_once = STAND.hear([said])
    in_pieces = STAND.hear([said[start : start + size] for start in range(0, len(said), size)])
    assert in_pieces == at_once, f"{at_once} at once, {in_pieces} in pieces"
    again = [POST, POST, *filter(None, REQUESTS.split(said))]
    recognised, read = STAND.hear(again), FORGETFUL.hear(again)
    assert recognised == read, f"{recognised} where heads are recognised, {read} where all are read"
    return any(200 <= status < 300 for status, _ in at_once[0])
