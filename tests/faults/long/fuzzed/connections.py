"""What a connection says, byte for byte, to the protocol class: whatever it is, answers stand in order and whole, the
connection is forgotten at its end, and it makes no difference in which pieces it arrived.

The first byte says after how many bytes the pieces are cut.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import httptools
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from tests.web.test_protocol import MALFORMED
from uvicorn.server import ServerState

from keypost.caller import Admitted, Caller, Means
from keypost.errors import Refusal
from keypost.ids import OrgId, PersonId
from keypost.limits.tally import Uncounted
from keypost.web import problem
from keypost.web.body import read_body
from keypost.web.fast_lane import Answer, Done, FastLane
from keypost.web.gate import Gate
from keypost.web.offer import Known, Offer
from keypost.web.protocol import Protocol, guarding
from keypost.web.routing import Match

PIECES_MAX: Final = 8
POST: Final = b"POST /fast HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
SLOW: Final = b"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED: Final = b"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
MORE: Final = (
    POST + POST + SLOW + POST,
    CHUNKED + POST,
    b"GET /x?y HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + POST,
    b"HEAD / HTTP/1.0\r\n\r\n",
    b"POST /fast HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 300\r\n\r\n" + b"y" * 300 + POST,
    b"\r\n\r\n" + POST,
)
SOMEBODY: Final = Caller(org_id=OrgId(1), person_id=PersonId(1), means=Means.API_TOKEN, scopes=frozenset())


def seeds() -> list[bytes]:
    return [bytes([size]) + said for said in (*MALFORMED, *MORE) for size in (0, 7)]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the body as every route does, and says how long it was."""
    request = Request({**scope, "state": {}}, receive)
    try:
        response = Response(f"{len(await read_body(request))}")
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
    """Takes what is posted to one address, and answers a moment later, as after a commit."""

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
        self.has_ended = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.has_ended, f"written after the end: {bytes(data)!r}"
        self.written += data

    def is_closing(self) -> bool:
        return self.has_ended

    def close(self) -> None:
        self.has_ended = True

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...


class Answers:
    """Reads what was answered as a client does; `list` are the statuses."""

    def __init__(self, written: bytes) -> None:
        self.list: list[int] = []
        self._parser: Any = httptools.HttpResponseParser(self)
        self._is_whole = True
        self._parser.feed_data(written)
        assert self._is_whole, f"an answer without its end: {written!r}"

    def on_message_begin(self) -> None:
        self._is_whole = False

    def on_message_complete(self) -> None:
        self.list.append(self._parser.get_status_code())
        self._is_whole = True


class Stand:
    """One loop for all; each connection is its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        asyncio.events._set_running_loop(self._loop)
        self._loop.set_exception_handler(self._raised)
        self._gate = Gate()
        http = guarding(self._gate, Taking(self._loop))
        self._config = uvicorn.Config(application, http=http, ws="none", lifespan="off", log_config=None)
        self._config.load()
        self._troubles: list[dict[str, Any]] = []

    def hear(self, said: bytes, size: int) -> tuple[bytes, bool]:
        """What is answered, and whether the connection was closed, when it is said in pieces of that size."""
        transport = Transport()
        protocol: Protocol = self._config.http_protocol_class(  # type: ignore[call-arg, assignment]
            config=self._config, server_state=ServerState(), app_state={}, _loop=self._loop
        )
        protocol.connection_made(transport)
        for start in range(0, len(said), size):
            protocol.data_received(said[start : start + size])
            self._settle()
        has_ended = transport.is_closing()
        protocol.connection_lost(None)
        self._settle()
        assert not self._gate._open, "a connection is still counted"
        assert protocol._deadline is None, "a connection that has gone is still waited for"
        assert not self._troubles, self._troubles
        return bytes(transport.written), has_ended

    def _settle(self) -> None:
        """Until nobody has anything left to do. As `run_forever` does it, without what that does at each call."""
        loop: Any = self._loop
        while loop._ready:
            loop._run_once()

    def _raised(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._troubles.append(context)


STAND: Final = Stand()


def take(data: bytes) -> bool:
    """Whether at least one request was answered with success."""
    if len(data) < 2:
        return False
    said = data[1:]
    whole, has_ended = STAND.hear(said, len(said))
    answers = Answers(whole).list
    pieces, also_ended = STAND.hear(said, max(data[0], len(said) // PIECES_MAX, 1))
    assert Answers(pieces).list == answers, f"{answers} at once, {Answers(pieces).list} in pieces"
    assert also_ended == has_ended, "the end of the connection depends on the pieces"
    return any(200 <= status < 300 for status in answers)
