"""The guard at the socket: who may connect, how long a request may take to arrive, how large its head may be.

No ASGI server closes a connection that says nothing, or says half of something; uvicorn's protocol class is the place
where that can be done. A request that breaks a rule of HTTP's framing is answered 400 and its connection closed: what
two readers of one stream understand differently, an attacker uses. Bodies are bounded where they are read (`body.py`).

A short post that arrives whole is offered to the fast lane before it becomes an ASGI request; what that does not take
goes on as if nothing had been.

Leans on the inside of uvicorn's `HttpToolsProtocol`, which is pinned; `tests/web/test_protocol.py` says on what.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from itertools import takewhile
from typing import Any, ClassVar, Final, TypeVar
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from keypost import log
from keypost.errors import HeadTooLarge, Invalid, Refusal, TargetTooLong, TooMany, TooSlow
from keypost.web.door import STOPPING
from keypost.web.fast_lane import Answer, Done, FastLane
from keypost.web.framing import CAREFUL, is_plain, is_short, refusing, trouble_with, with_path
from keypost.web.gate import TURNED_AWAY_S, Gate
from keypost.web.handing_over import HandingOver
from keypost.web.heads import Heads
from keypost.web.offer import Known, Offer

logger = log.get(__name__)

K = TypeVar("K", Known, Offer)
T = TypeVar("T")

FORWARDED_FOR: Final = b"x-forwarded-for"
HOLD_S: Final = 1.0
"""How long a short post may take to arrive whole; a longer one is the application's to wait for."""
FRAMING_OF_BYTE: Final = 8
"""Bytes that may stand around each byte of a body: one that comes by itself, as a chunk, has five."""
LEAVE_S: Final = 0.5
"""When the server stops, a request may be on its way already on a connection that is kept: so long it is waited for."""
NOBODY_WAITS: Final = asyncio.Event()
"""For a request whose body is there whole: uvicorn sets this to wake whoever waits for more of it, and nobody does."""


def guarding(gate: Gate, fast_lane: FastLane | None = None) -> "type[Protocol]":
    """What uvicorn takes as its setting `http`: a class, of which it makes one for each connection."""
    return type("Guard", (Protocol,), {"_gate": gate, "_fast_lane": fast_lane, "_heads": Heads()})


class Answering:
    """An answer of the fast lane that is on its way, with what uvicorn's protocol looks for in one of its own."""

    __slots__ = ("disconnected", "keep_alive", "message_event", "more_body", "response_complete")

    scope: ClassVar[Mapping[str, str]] = {"method": "POST"}

    def __init__(self, *, keep_alive: bool) -> None:
        self.disconnected = False
        self.keep_alive = keep_alive
        self.message_event = NOBODY_WAITS
        self.more_body = False
        self.response_complete = False


class Protocol(HandingOver):
    _gate: ClassVar[Gate]
    _fast_lane: ClassVar[FastLane | None]
    _heads: ClassVar[Heads]

    def __init__(self, **server: Any) -> None:
        super().__init__(**server)
        self._address = ""
        self._in_head = True
        self._head_size = self._framing_left = 0
        self._arrived = self._came_along = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._has_begun = False
        self._held: Offer | None = None
        self._body = b""
        self._taken: Known | None = None
        self._idle_since = 0.0
        self._idling: asyncio.TimerHandle | None = None
        self._refused: Refusal | None = None
        self._is_leaving = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self._is_proxy = self._gate.proxies.trusts(self._address)
        if not self._gate.enter(self._address):
            sentence = "There are too many connections from your address."
            self._refuse(TooMany("too_many_connections", sentence, retry_after_s=TURNED_AWAY_S))
            self.transport.close()  # It is one too many already: nothing is waited for.
            return
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._part()()
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]
        """The client says no more, and may still listen: posts that came whole are answered before the end, as they may
        be stored. True keeps the connection open for that. Whoever only reads has gone.
        """
        in_line = [self._started, *(cycle for cycle, _ in reversed(self.pipeline))] if self._is_answering else []
        whole = list(takewhile(_is_whole_post, in_line))
        if whole and (self._refused is None or whole != in_line):  # Else the refusal is the last answer.
            whole[-1].keep_alive = False
        return bool(whole)

    def _part(self) -> Callable[[], None]:
        self._stop_waiting()
        if self._idling is not None:
            self._idling.cancel()
        return partial(self._gate.leave, self._address)

    def data_received(self, data: bytes) -> None:
        if self._hears_no_more:
            return
        lane = self._fast_lane if self._is_free and self._in_head and not self._has_begun else None
        if lane is not None and self._is_taken_again(lane, data):
            return
        self._arrived = len(data)
        if self._in_head:
            self._head_size += self._arrived
        else:
            self._framing_left -= self._arrived
        self._feed(data)
        if lane is not None and self._taken is not None and self._idle_since:  # Who stays will say the same again.
            self._heads.keep(self._address, data, self._taken)
        if self._in_head and (self._head_size or self._has_begun):
            bounds = self._gate.bounds
            # What the parser has not passed on yet: a field, or a target, without an end.
            if self._head_size > bounds.head_max + bounds.target_max:
                self._refuse_head()
            elif self._deadline is None and not self._hears_no_more:
                self._expect_head()  # Of the next request on a connection that was kept.
        elif not self._in_head and self._framing_left < 0:
            sentence = "What stands around the body, as extensions of chunks and trailers, is too much beside it."
            self._refuse(HeadTooLarge("header_too_large", sentence))
        if self._held is not None and self._deadline is None:
            self._deadline = self.loop.call_later(HOLD_S, self._hold_no_longer)

    def _feed(self, data: bytes) -> None:
        """As uvicorn does it, but for a request that would rather speak another protocol: the parser stops behind it,
        and what follows could be of either.
        """
        self._unset_keepalive_if_required()
        self._taken = None  # Nothing has come of this data yet, and it may not be a request at all.
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            if not self._hears_no_more:
                self.cycle.keep_alive = False
        except httptools.HttpParserCallbackError as error:
            if not isinstance(error.__context__, httptools.HttpParserInvalidURLError):
                raise
            self._refuse(Invalid("request_malformed", "The address of the request cannot be read."))
        except httptools.HttpParserError as error:
            self.send_400_response(str(error))

    def on_message_begin(self) -> None:
        # Not what uvicorn does here: what an ASGI request needs is made when it becomes one.
        self.url = b""
        self.headers = []
        self._held = None
        self._in_head = self._has_begun = True

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > self._gate.bounds.target_max:
            sentence = f"The address is over {self._gate.bounds.target_max} bytes, which is the most."
            self._refuse(TargetTooLong("address_too_long", sentence))

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # Else it is a trailer, which no proxy has looked at; nobody here needs any.
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        size, self._head_size = self._head_size + self._came_along, 0
        self._in_head = self._has_begun = False
        if self._hears_no_more:
            return
        self._stop_waiting()
        if self._is_too_much(size):
            self._refuse_head()
            return
        self._framing_left = self._gate.bounds.head_max
        fields = dict(self.headers)
        is_plain = len(fields) == len(self.headers) and b"host" in fields and CAREFUL.isdisjoint(fields)
        is_plain &= self.parser.get_http_version() == "1.1"
        if not is_plain and (trouble := trouble_with(self.headers, self.parser)):
            self._refuse(Invalid("request_malformed", trouble))
            return
        self._held, self._body = self._offer(fields) if is_plain else None, b""
        if self._held is None:
            self._pass_head_on()

    def _is_too_much(self, size: int) -> bool:
        """`size` is of all that arrived with the head: most heads are small enough together with what came before and
        after.
        """
        bounds = self._gate.bounds
        if len(self.headers) > bounds.fields_max:
            return True
        return size > bounds.head_max and sum(len(name) + len(value) for name, value in self.headers) > bounds.head_max

    def _client(self) -> str:
        if not self._is_proxy:
            return self._address
        said = (value.decode("latin-1") for name, value in self.headers if name == FORWARDED_FOR)
        return self._gate.proxies.client_of(self._address, said)

    def on_body(self, body: bytes) -> None:
        self._framing_left += (1 + FRAMING_OF_BYTE) * len(body)
        if self._held is not None:
            self._body += body
        elif not self._hears_no_more:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_head, self._came_along = True, self._arrived  # The next head may have begun in it.
        if self._hears_no_more:
            return
        self._stop_waiting()
        if self._held is not None:
            if self._is_taken(self._held):
                self._held = None
                return
            self._pass_on()
        super().on_message_complete()

    def _offer(self, fields: dict[bytes, bytes]) -> Offer | None:
        """The request as a short post for the fast lane, if it is one and nothing else is under way here."""
        parser = self.parser
        if self._fast_lane is None or not self._is_free:
            return None
        if parser.get_method() != b"POST" or parser.get_http_version() != "1.1" or not parser.should_keep_alive():
            return None
        if not is_plain(self.url) or not is_short(fields):
            return None
        raw_path, _, query = self.url.partition(b"?")
        path = unquote(raw_path.decode()) if b"%" in raw_path else raw_path.decode()
        match = self._fast_lane.find(path)
        if match is None:
            return None
        client = self._client() if FORWARDED_FOR in fields else self._address
        return Offer(match, path, raw_path, query, fields, client, int(fields[b"content-length"]))

    def _is_taken(self, offer: Offer) -> bool:
        if self._fast_lane is not None:
            self._taken = self._offered(self._fast_lane.take, offer, self._body)
        return self._taken is not None

    def _is_taken_again(self, lane: FastLane, data: bytes) -> bool:
        """Whether it is a whole request, and taken, whose head was taken before: the parser has read it then."""
        found = self._heads.find(self._address, data)
        if found is None or not self._offered(lane.take_again, *found):
            return False
        self._unset_keepalive_if_required()
        self._stop_waiting()
        self._head_size = 0  # Of empty lines before it.
        return True

    def _offered(self, take: Callable[[K, bytes, Done], T], head: K, body: bytes) -> T:
        """What comes of a request that is offered; of one that is taken, this connection is told."""
        before, answering = self.cycle, Answering(keep_alive=not self._is_leaving)
        self.cycle = answering  # type: ignore[assignment]
        taken = take(head, body, partial(self._answer, answering))
        if taken:
            self._started = answering  # type: ignore[assignment]
        else:
            self.cycle = before
        return taken

    def _pass_on(self) -> None:
        """To the application, as if it had come there at once."""
        self._held = None
        self._pass_head_on()
        super().on_body(self._body)

    def _pass_head_on(self) -> None:
        """What uvicorn does when a request begins, at each of its fields, and when its head is there."""
        url, headers = self.url, self.headers
        super().on_message_begin()
        self.url = with_path(url)
        for name, value in headers:
            super().on_header(name, value)
        self.scope["client"] = (self._client(), 0)
        super().on_headers_complete()
        if self._is_leaving and self.cycle is not None:
            self.cycle.keep_alive = False

    def _hold_no_longer(self) -> None:
        self._deadline = None
        if self._held is not None and not self.transport.is_closing():
            self._pass_on()

    def _answer(self, answering: Answering, answer: Answer) -> None:
        answering.response_complete = True
        if not self.transport.is_closing():  # Else the client has gone; its message is stored all the same.
            close = b"" if answering.keep_alive else b"connection: close\r\n"
            usual = self._gate.written(self.server_state.default_headers)
            self.transport.write(
                b"%b%b%b%b\r\n%b" % (STATUS_LINE[answer.status], usual, answer.fields, close, answer.body)
            )
            if not answering.keep_alive:
                self.transport.close()
        if self.pipeline or self._hears_no_more:
            self.on_response_complete()
        else:
            self._rest()

    def _rest(self) -> None:
        """What `on_response_complete` does, but for its timer: one that looks at times whether anything came costs less
        than one for each answer.
        """
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        self._idle_since = self.loop.time()
        if self._idling is None:
            self._idling = self.loop.call_later(self.timeout_keep_alive, self._end_if_idle)

    def _end_if_idle(self) -> None:
        self._idling = None
        if self.transport.is_closing() or self._is_answering or not self._in_head or self._has_begun:
            return  # Whatever is under way has a timer of its own at its end.
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._idling = self.loop.call_later(left, self._end_if_idle)
        else:
            self.transport.close()

    def shutdown(self) -> None:
        """The server stops. What a client has sent by now is read and answered, with the word that it was the last: a
        connection that is closed over it would be reset.
        """
        self._is_leaving = True
        if self._is_answering:
            super().shutdown()
        elif self._hears_no_more:
            self.transport.close()
        elif self._held is None:
            self._stop_waiting()
            self._deadline = self.loop.call_later(LEAVE_S, self._leave)

    def _leave(self) -> None:
        if self._has_begun or self._head_size:
            self._refuse(STOPPING)
        else:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """What uvicorn says of a request that cannot be parsed. `msg` is the parser's word for what is wrong with it,
        and has nothing of the request in it.
        """
        self._refuse(Invalid("request_malformed", f"This is not a request that HTTP/1.1 allows ({msg})."))

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
        elif self._head_size or self._has_begun:
            sentence = f"The head of the request did not arrive within {self._gate.bounds.head_s:g} seconds."
            self._refuse(TooSlow("head_too_slow", sentence))
        else:
            self.transport.close()  # It never said a word, and may not be listening.

    def _refuse_head(self) -> None:
        bounds = self._gate.bounds
        sentence = f"The header has over {bounds.head_max} bytes or {bounds.fields_max} fields, which is the most."
        self._refuse(HeadTooLarge("header_too_large", sentence))

    @property
    def _hears_no_more(self) -> bool:
        return self._refused is not None or self.transport.is_closing()

    @property
    def _is_free(self) -> bool:
        """Whether an answer could be written at once."""
        return not (self._is_answering or self.pipeline or self.flow.write_paused)

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, refusal: Refusal) -> None:
        """Answers and closes: what comes after on this connection is not trusted any more. What came before it whole is
        answered first.
        """
        if self._hears_no_more:
            return
        self._stop_waiting()
        logger.info("refused at the socket", code=refusal.code)
        if not self._is_answering:
            self._end_with(refusal)
        elif not self.cycle.more_body:
            self._refused = refusal
        elif self.pipeline:  # What cannot be read is the body of the last in line, which nobody has looked at.
            self.pipeline.popleft()
            self._refused = refusal
        elif not self.cycle.response_started:
            self.cycle.disconnected = True
            self._end_with(refusal)
        else:
            self.transport.close()

    def on_response_complete(self) -> None:
        is_last = not self.pipeline
        super().on_response_complete()
        self._idle_since = self.loop.time()
        if self._refused is not None and is_last and not self.transport.is_closing():
            self._end_with(self._refused)
        elif is_last and not self._in_head and not self.transport.is_closing():
            self._deadline = self.loop.call_later(self._gate.bounds.leftover_s, self.transport.close)

    def _end_with(self, refusal: Refusal) -> None:
        """What still comes is read and forgotten: a connection that is closed over it is reset, and the answer is lost
        to whoever goes on speaking.
        """
        self._refused = refusal
        self.transport.write(refusing(refusal))
        self.transport.write_eof()
        self.flow.resume_reading()
        self._deadline = self.loop.call_later(self._gate.bounds.leftover_s, self.transport.close)


def _is_whole_post(cycle: RequestResponseCycle) -> bool:
    return cycle.scope["method"] == "POST" and not cycle.more_body
