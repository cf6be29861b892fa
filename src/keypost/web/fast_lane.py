"""The fast lane: answers the posts that memory alone can judge, without the machinery of an ASGI request.

It says nothing but success, and what becomes of a message in the lane. Whatever it would have to look up, wait for or
refuse, it leaves to the door, of which it uses every rule: a caller cannot tell which of the two it met.
"""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from keypost import log
from keypost.errors import Refusal
from keypost.web.door import Door
from keypost.web.prompt import Ready
from keypost.web.routing import Match, Route

logger = log.get(__name__)

T = TypeVar("T")
Done = Callable[[Response], None]

METHOD: Final = "POST"
BODY_MAX: Final = 16 * 1024
"""Bytes. What a larger body costs is not in the way that it takes."""


class FastLane:
    def __init__(self, door: Door) -> None:
        self._door = door

    def find(self, path: str) -> Match | None:
        """What stands there for a post, if it may be taken here."""
        match = self._door.find(path)
        route = match.by_method.get(METHOD) if match is not None else None
        return match if route is not None and route.prepare is not None else None

    def take(self, match: Match, scope: Scope, body: bytes, done: Done) -> bool:
        """Whether it is taken: then `done` is called later. Else nothing has happened, and the door is to be asked."""
        started = time.perf_counter()
        try:
            route, request = match.by_method[METHOD], self._door.request_of(scope, match)
            ready = self._ready(request, route, body)
            if ready is None:
                return False
            stored = ready.commit()
        except Refusal:  # The door comes to the same, and says it in full.
            return False
        except Exception as error:
            logger.warning("the fast lane failed", exc_info=error)
            return False
        stored.add_done_callback(partial(self._finish, request, route, ready, started, done))
        return True

    def _ready(self, request: Request, route: Route, body: bytes) -> Ready[Any] | None:
        caller = self._door.admit_now(request, route)
        if caller is None or route.prepare is None:
            return None
        ready = route.prepare(request, caller, body)
        if ready is not None:
            # The last thing that can refuse: one that is refused takes nothing from a budget, and is counted anew.
            self._door.count(request, route, caller)
        return ready

    def _finish(
        self,
        request: Request,
        route: Route,
        ready: Ready[T],
        started: float,
        done: Done,
        stored: asyncio.Future[T],
    ) -> None:
        try:
            response = ready.answer(stored.result())
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - as in the door.
            response = self._door.refusing(request, error, page=False)
        self._door.finish(request, route, response, started)
        done(response)
