"""The fast lane: answers the posts that memory alone can judge, without the machinery of an ASGI request.

It says nothing but success, and what becomes of a message in the lane. Whatever it would have to look up, wait for or
refuse, it leaves to the door, of which it uses every rule: a caller cannot tell which of the two it met.

Each post is judged and counted anew. Who posts where is found by the door's own way once, and holds for an epoch of
memory: any change ends it. If the same head comes again, its caller stays admitted for the epoch too, unless the
credential expires first.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Final, ParamSpec, TypeVar

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost import log
from keypost.caller import Caller
from keypost.clock import Clock
from keypost.epoch import Epoch
from keypost.errors import Refusal
from keypost.ids import ApiTokenId, TokenId
from keypost.web.acceptance import require_acceptable
from keypost.web.credentials import credential_in, take_secrets
from keypost.web.door import Door
from keypost.web.headers import lines_of
from keypost.web.limiting import Counted
from keypost.web.offer import METHOD, Known, Offer
from keypost.web.ready import Ready, Settle, Standing
from keypost.web.routing import Match

logger = log.get(__name__)

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")
P = ParamSpec("P")

NO_CONTENT: Final = 204
BODY_MAX: Final = 16 * 1024
"""Bytes. For a larger body, the way through ASGI is a small part of the cost."""
ADDRESS_MAX: Final = 1_024
"""Bytes of an address with its query. They are remembered here, and anybody can make up many long ones."""
STANDINGS_MAX: Final = 16_384
ADDRESSES_MAX: Final = 4_096


class Answer(Struct, frozen=True):
    """`fields` as they are written, each with its end."""

    status: int
    fields: bytes
    body: bytes


Done = Callable[[Answer], None]
Key = tuple[TokenId | ApiTokenId | None, bytes, bytes]


class FastLane:
    def __init__(self, door: Door, epoch: Epoch, clock: Clock) -> None:
        self._door = door
        self._clock = clock
        self._epoch = epoch
        self._known_in = epoch.number
        self._standings: dict[Key, Standing | None] = {}
        self._matches: dict[str, Match] = {}

    def find(self, path: str) -> Match | None:
        """What stands there for a post, if it may be taken here."""
        known = self._matches.get(path)
        if known is not None:
            return known
        match = self._door.find(path)
        route = match.by_method.get(METHOD) if match is not None else None
        if match is None or route is None or route.prepare is None:
            return None  # Not remembered: there are paths that hold a secret.
        return _keep(self._matches, path, match, ADDRESSES_MAX)

    def take(self, offer: Offer, body: bytes, done: Done) -> Known | None:
        """What is known now of a head whose request is taken: then `done` is called later. None if it is not: then
        nothing is stored or counted, only the use of its token may be noted, and the door is to be asked.
        """
        known = _tried(self._judge, offer)
        return known if known is not None and _tried(self._begin, known, body, done) else None

    def take_again(self, known: Known, body: bytes, done: Done) -> bool:
        """The same for another request with a head that is known; whether it is taken."""
        admitted, now = known.admitted, self._clock.now_ms()
        if known.epoch != self._epoch.number or (admitted.ends_at is not None and now >= admitted.ends_at):
            return False
        admitted.note_use(now)
        return bool(_tried(self._begin, known, body, done))

    def _begin(self, known: Known, body: bytes, done: Done) -> bool:
        started = time.perf_counter()
        offer, ready = known.offer, known.standing.ready(known.offer.fields, body)
        if ready is None:
            return False
        counted = known.count()
        if counted.refusal is not None:
            return False
        if ready.place is not None:
            counted.enter(*ready.place)
        self._commit(ready, counted, partial(self._finish, offer, ready, counted, started, done))
        return True

    def _commit(self, ready: Ready[T], counted: Counted, settle: Settle[T]) -> None:
        try:
            ready.commit(settle)
        except Exception:
            counted.give_back()  # The door will count it anew.
            raise

    def _judge(self, offer: Offer) -> Known | None:
        query, secrets = take_secrets(offer.query)
        admitted = self._door.admit_now(offer.route, credential_in(offer.fields.items(), secrets), offer.client)
        if admitted is None:
            return None
        accept = offer.fields.get(b"accept")
        if accept is not None:
            require_acceptable([accept.decode("latin-1")], offer.route.media)
        standing = self._standing(offer, admitted.caller, query)
        if standing is None:
            return None
        count = self._door.counter(offer.route, admitted.caller)
        return Known(offer, admitted, count, standing, self._epoch.number)

    def _standing(self, offer: Offer, caller: Caller, query: bytes) -> Standing | None:
        if self._known_in != self._epoch.number:
            self._known_in = self._epoch.number
            self._standings.clear()
        key = (caller.credential_id, offer.raw_path, query)
        try:
            return self._standings[key]
        except KeyError:
            request, prepare = self._request(offer), offer.route.prepare
            self._door.require_own_company(request, caller)
            found = prepare(request, caller) if prepare is not None else None
            return _keep(self._standings, key, found, STANDINGS_MAX)

    def _finish(
        self,
        offer: Offer,
        ready: Ready[T],
        counted: Counted,
        started: float,
        done: Done,
        outcome: T | Exception,
    ) -> None:
        if isinstance(outcome, Exception):
            answer = self._refusing(offer, outcome, counted)
        else:
            try:
                answer = self._answer(offer, ready.answer(outcome), counted)
            except Exception as error:  # noqa: BLE001 - as in the door.
                answer = self._refusing(offer, error, counted)
        self._door.note(METHOD, offer.route, answer.status, started)
        done(answer)

    def _answer(self, offer: Offer, response: Response | None, counted: Counted) -> Answer:
        if response is None:
            return Answer(NO_CONTENT, lines_of(counted.fields()) + self._door.headers.plain, b"")
        return self._whole(self._request(offer), response, counted)

    def _refusing(self, offer: Offer, error: Exception, counted: Counted) -> Answer:
        request = self._request(offer)
        return self._whole(request, self._door.refusing(request, error, page=False), counted)

    def _request(self, offer: Offer) -> Request:
        return self._door.request_of(offer.scope(), offer.match)

    def _whole(self, request: Request, response: Response, counted: Counted) -> Answer:
        response.raw_headers += counted.fields()
        self._door.headers.add(request, response)
        return Answer(response.status_code, lines_of(response.raw_headers), bytes(response.body))


def _tried(step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
    """None for what the door has to answer: it comes to the same refusal, and says it in full."""
    try:
        return step(*args, **kwargs)
    except Refusal:
        return None
    except Exception as error:
        logger.warning("the fast lane failed", exc_info=error)
        return None


def _keep(known: dict[K, V], key: K, value: V, most: int) -> V:
    if len(known) >= most:
        known.clear()  # Whoever is at work comes back at once.
    known[key] = value
    return value
