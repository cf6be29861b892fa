"""The door of a server behind proxies, where a client is bounded in what it has under way and not in its connections.

A proxy speaks for many, so it is not counted at the socket; nor do the connections that it keeps say anything of its
clients. What one of those holds is a request until it is answered, and a stream until it ends: of both together as much
as it may have connections where it comes by itself. Posts that the fast lane takes hold nothing, and do not come by.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from keypost.errors import TooMany
from keypost.web.body import drain
from keypost.web.door import Door
from keypost.web.gate import TURNED_AWAY_S, Gate
from keypost.web.headers import Headers
from keypost.web.limiting import Limiting
from keypost.web.outlet import TAKE_OVER, Open, Outlet, Writer
from keypost.web.parts import Parts
from keypost.web.problem import is_api
from keypost.web.routing import Routes

VISIT: Final = "keypost.visit"
"""In the scope of a request that is counted."""


class ProxiedDoor(Door):
    def __init__(self, routes: Routes, parts: Parts, headers: Headers, limits: Limiting, gate: Gate) -> None:
        super().__init__(routes, parts, headers, limits)
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = _address_in(scope)
        if not address or self._gate.proxies.trusts(address):  # Nobody knows for whom.
            await super().__call__(scope, receive, send)
            return
        visit = Visit(partial(self._gate.leave, address), is_one_too_many=not self._gate.enter(address))
        try:
            await super().__call__(visit.noted_in(scope), receive, send)
        finally:
            visit.answered()

    async def _answer(self, request: Request) -> Response:
        visit: Visit | None = request.scope.get(VISIT)
        if visit is None or not visit.is_one_too_many:
            return await super()._answer(request)
        await drain(request)
        sentence = "There are too many requests and open pages from your address."
        refusal = TooMany("too_many_connections", sentence, retry_after_s=TURNED_AWAY_S)
        return self.refusing(request, refusal, page=not is_api(request))


class Visit:
    """Lasts until the request is answered; that of a reader who is handed over, until they have gone."""

    def __init__(self, leave: Callable[[], None], *, is_one_too_many: bool) -> None:
        self._leave = leave
        self._is_staying = False
        self.is_one_too_many = is_one_too_many

    def noted_in(self, scope: Scope) -> Scope:
        extensions: dict[str, Any] = scope.get("extensions") or {}
        if TAKE_OVER in extensions:
            extensions = {**extensions, TAKE_OVER: partial(self._hand_over, extensions[TAKE_OVER])}
        return {**scope, VISIT: self, "extensions": extensions}

    def answered(self) -> None:
        if not self._is_staying:
            self._leave()

    def _hand_over(self, take_over: Callable[[Open], None], open_: Open) -> None:
        take_over(partial(self._open, open_))

    def _open(self, open_: Open, outlet: Outlet) -> Writer:
        staying = Staying(open_(outlet), self._leave)
        self._is_staying = True
        return staying


class Staying:
    """Whoever writes to a reader who is counted until they have gone."""

    __slots__ = ("_leave", "_writer")

    def __init__(self, writer: Writer, leave: Callable[[], None]) -> None:
        self._writer = writer
        self._leave = leave

    def drained(self) -> None:
        self._writer.drained()

    def gone(self) -> None:
        self._leave()
        self._writer.gone()


def _address_in(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""
