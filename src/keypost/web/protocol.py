"""The guard at the socket: who may connect, how long a request may take to arrive, how large its head may be.

No ASGI server closes a connection that says nothing, or says half of something; uvicorn's protocol class is the place
where that can be done. A request that breaks a rule of HTTP's framing is answered 400 and its connection closed: what
two readers of one stream understand differently, an attacker uses. Bodies are bounded where they are read (`body.py`).

Leans on the inside of uvicorn's `HttpToolsProtocol`, which is pinned; `tests/web/test_protocol.py` says on what.
"""

import asyncio
from collections import Counter
from typing import Any, ClassVar, Final

import msgspec
from msgspec import Struct
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from keypost import log
from keypost.errors import HeadTooLarge, Invalid, Refusal, TargetTooLong, TooMany, TooSlow
from keypost.proxies import Proxies
from keypost.web.headers import FIXED, PLAIN
from keypost.web.problem import STATUS, Problem

logger = log.get(__name__)

HEAD_S: Final = 10
HEAD_MAX: Final = 16 * 1024
FIELDS_MAX: Final = 100
TARGET_MAX: Final = 8 * 1024
CONNECTIONS_MAX: Final = 100
"""Of one address, at once."""
FORWARDED_FOR: Final = b"x-forwarded-for"
CONNECTIONS_RETRY_S: Final = 10
"""When a client that was turned away for its many connections may try again."""


_FIELDS: Final = b"".join(
    b"%b: %b\r\n" % (name.lower().encode(), value.encode())
    for name, value in {"Content-Type": "application/json", "Connection": "close", **PLAIN, **FIXED}.items()
)


class Bounds(Struct, frozen=True, kw_only=True):
    """What one connection, and one address, may ask of the server. Times in seconds, sizes in bytes."""

    head_s: float = HEAD_S
    head_max: int = HEAD_MAX
    fields_max: int = FIELDS_MAX
    target_max: int = TARGET_MAX
    connections_per_address: int = CONNECTIONS_MAX


USUAL: Final = Bounds()
NO_PROXIES: Final = Proxies()


class Gate:
    """Counts the connections of each address; one for all of a server. Proxies speak for many, and are not counted."""

    def __init__(self, bounds: Bounds = USUAL, proxies: Proxies = NO_PROXIES) -> None:
        self.bounds = bounds
        self.proxies = proxies
        self._open: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Whether one more connection may come from there; it is counted either way, until it leaves."""
        self._open[address] += 1
        return self._open[address] <= self.bounds.connections_per_address or self.proxies.trusts(address)

    def leave(self, address: str) -> None:
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]  # Or the addresses of a year would stay.


def guarding(gate: Gate) -> "type[Protocol]":
    """What uvicorn takes as its setting `http`: a class, of which it makes one for each connection."""
    return type("Guard", (Protocol,), {"_gate": gate})


class Protocol(HttpToolsProtocol):
    _gate: ClassVar[Gate]

    def __init__(self, **server: Any) -> None:
        super().__init__(**server)
        self._address = ""
        self._in_head = True
        self._head_size = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        if not self._gate.enter(self._address):
            sentence = "There are too many connections from your address."
            self._refuse(TooMany("too_many_connections", sentence, retry_after_s=CONNECTIONS_RETRY_S))
            return
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._gate.leave(self._address)
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._in_head:
            self._head_size += len(data)
            if self._deadline is None:  # The first bytes of the next request on a connection that was kept.
                self._expect_head()
        super().data_received(data)
        bounds = self._gate.bounds
        # What the parser has not passed on yet: a field, or a target, without an end.
        if self._in_head and self._head_size > bounds.head_max + bounds.target_max:
            self._refuse_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._fields_size = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > self._gate.bounds.target_max:
            sentence = f"The address is over {self._gate.bounds.target_max} bytes, which is the most."
            self._refuse(TargetTooLong("address_too_long", sentence))

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._fields_size += len(name) + len(value)
        bounds = self._gate.bounds
        if self._fields_size > bounds.head_max or len(self.headers) > bounds.fields_max:
            self._refuse_head()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_size = 0
        self._stop_waiting()
        if self.transport.is_closing():
            return
        if trouble := _trouble(self.headers, self.parser.get_http_version()):
            self._refuse(Invalid("request_malformed", trouble))
            return
        self.scope["client"] = (self._client(), 0)
        super().on_headers_complete()

    def _client(self) -> str:
        said = (value.decode("latin-1") for name, value in self.headers if name == FORWARDED_FOR)
        return self._gate.proxies.client_of(self._address, said)

    def on_body(self, body: bytes) -> None:
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_head = True
        if not self.transport.is_closing():
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the reason is for programmers.
        """What uvicorn says of a request that cannot be parsed."""
        self._refuse(Invalid("request_malformed", "This is not a request that HTTP/1.1 allows."))

    def _expect_head(self) -> None:
        self._deadline = self.loop.call_later(self._gate.bounds.head_s, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self._is_answering:  # Reading rests meanwhile: it is us who are slow.
            self._expect_head()
        elif self._head_size:
            sentence = f"The head of the request did not arrive within {self._gate.bounds.head_s:g} seconds."
            self._refuse(TooSlow("head_too_slow", sentence))
        else:
            self.transport.close()  # It never said a word, and may not be listening.

    def _refuse_head(self) -> None:
        bounds = self._gate.bounds
        sentence = f"The header has over {bounds.head_max} bytes or {bounds.fields_max} fields, which is the most."
        self._refuse(HeadTooLarge("header_too_large", sentence))

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, refusal: Refusal) -> None:
        """Answers and closes: what comes after on this connection is not trusted any more."""
        if self.transport.is_closing():
            return
        self._stop_waiting()
        logger.info("refused at the socket", code=refusal.code)
        if not self._is_answering:  # Else the answer would stand inside another one.
            self.transport.write(_answer(refusal))
        self.transport.close()


def _answer(refusal: Refusal) -> bytes:
    body = msgspec.json.encode(Problem(refusal.sentence, refusal.code))
    retry = b"retry-after: %d\r\n" % refusal.retry_after_s if isinstance(refusal, TooMany) else b""
    head = b"content-length: %d\r\n" % len(body)
    return b"".join((STATUS_LINE[STATUS[type(refusal)]], head, retry, _FIELDS, b"\r\n", body))


def _trouble(headers: list[tuple[bytes, bytes]], version: str) -> str:
    """What the parser lets pass and two readers could understand differently; empty if there is nothing."""
    names = Counter(name for name, _ in headers)
    if names[b"host"] > 1 or (version == "1.1" and not names[b"host"]):
        return "The request must have one Host header."
    codings = [value.strip().lower() for name, value in headers if name == b"transfer-encoding"]
    if codings and (codings != [b"chunked"] or version == "1.0"):
        return "Transfer-Encoding can be chunked only, and only in HTTP/1.1."
    return ""
