"""The door: every request enters here, and meets the rule about who may make it in this one place.

In order: secrets leave the address, the route is found, a tool must take its answer and a page's change must come from
our own page, the caller is admitted, the call is counted, the endpoint answers, every answer gets the headers that keep
it private.
"""

import asyncio
import time
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from keypost import log
from keypost.caller import Admitted, Caller
from keypost.errors import Busy, Forbidden, Refusal, Unauthenticated
from keypost.ids import read_number
from keypost.web import admission, problem
from keypost.web.acceptance import require_acceptable
from keypost.web.body import drain, is_held_back
from keypost.web.client import address_of
from keypost.web.credentials import Carried, take_secrets
from keypost.web.headers import Headers
from keypost.web.limiting import COUNTED, CountCall, Counted, Limiting
from keypost.web.parts import Parts
from keypost.web.routing import SAFE_METHODS, Match, Route, Routes, Surface

logger = log.get(__name__)

STOPPING: Final = Busy("server_stopping", "Keypost is stopping. Try again in a moment.")


class Door:
    """The ASGI application."""

    def __init__(self, routes: Routes, parts: Parts, headers: Headers, limits: Limiting) -> None:
        self._routes = routes
        self._parts = parts
        self.headers = headers
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = self.request_of(scope, receive=receive)
        response = await self._answer(request)
        if is_held_back(request):
            response.headers["Connection"] = "close"
        self.headers.add(request, response)
        await response(scope, receive, send)

    def find(self, path: str) -> Match | None:
        return self._routes.find(path)

    def request_of(self, scope: Scope, match: Match | None = None, receive: Receive | None = None) -> Request:
        """The request without secrets in its address: they are kept apart."""
        query, secrets = take_secrets(scope["query_string"])
        state = {"parts": self._parts, "secrets": secrets}
        names = match.names if match is not None else {}
        scope = {**scope, "query_string": query, "state": state, "path_params": names}
        return Request(scope, receive) if receive is not None else Request(scope)

    async def _answer(self, request: Request) -> Response:
        match = self._routes.find(request.scope["path"])
        if match is None:
            return problem.unknown_url(request, self._near(request))
        route = match.by_method.get(request.method)
        if route is None:
            return problem.wrong_method(request, sorted(match.by_method), self._near(request))
        request.scope["path_params"] = match.names
        return await self._guarded(request, route)

    def _near(self, request: Request) -> str | None:
        found = self._routes.find_near(request.scope["path"], request.method)
        return found.path if found is not None else None

    async def _guarded(self, request: Request, route: Route) -> Response:
        started = time.perf_counter()
        admission.note_route(request, route)
        page = route.access.surface is Surface.PAGE
        try:
            response = await self._admitted(request, route)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - each becomes an answer.
            if isinstance(error, Refusal):
                await drain(request)
            response = self.refusing(request, error, page=page)
        counted: Counted | None = request.scope["state"].get(COUNTED)
        if counted is not None:
            response.raw_headers += counted.fields()
        self.note(request.method, route, response.status_code, started)
        return response

    def refusing(self, request: Request, error: BaseException, *, page: bool) -> Response:
        if isinstance(error, asyncio.CancelledError):  # Only the server's own stop cancels a request.
            error = STOPPING
        if isinstance(error, Refusal):
            return problem.refused(request, error, page=page)
        # The last resort: the caller gets a reference, the log the reason.
        return problem.failed(request, error, page=page)

    def note(self, method: str, route: Route, status: int, started: float) -> None:
        if log.is_debugging():
            # The route's own pattern, never the path: a path can hold a secret (a sign-in link's does).
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
            logger.debug("request", method=method, route=route.path, status=status, ms=milliseconds)

    async def _admitted(self, request: Request, route: Route) -> Response:
        if route.access.surface is Surface.WIRE:
            require_acceptable(request.headers.getlist("accept"), route.media)
        elif request.method not in SAFE_METHODS:
            _require_own_page(request)
        caller = await self._admit(request, route)
        if caller is None:
            return await route.endpoint(request)
        self.require_own_company(request, caller)
        counted = request.scope["state"][COUNTED] = self._limits.count(route, caller)
        if counted.refusal is not None:
            raise counted.refusal
        return await route.endpoint(request, caller)

    def admit_now(self, route: Route, carried: Carried | None, address: str) -> Admitted | None:
        """The caller whom a route of the wire admits; None if somebody has to be looked up for that."""
        admit = route.access.admit_now
        return admit(self._parts, carried, address) if admit is not None else None

    def require_own_company(self, request: Request, caller: Caller) -> None:
        named = request.path_params.get("org")
        if named is not None and read_number(named) != caller.org_id:
            raise Forbidden("invalid_access", "This token does not belong to the organisation in the address.")

    async def _admit(self, request: Request, route: Route) -> Caller | None:
        try:
            return await route.access.admit(request)
        except Unauthenticated:
            # People whose session has ended try no secrets; their open pages only come back.
            if route.access.surface is Surface.WIRE:
                self._limits.require_few_failures(address_of(request))
            raise

    def counter(self, route: Route, caller: Caller) -> CountCall:
        return self._limits.counter(route, caller)


def _require_own_page(request: Request) -> None:
    """Refuses a change that another site's page asks for. Browsers say where it comes from; tools say nothing."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site in {"same-origin", "none"}:
            return
        raise _foreign()
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        raise _foreign()


def _foreign() -> Forbidden:
    return Forbidden("foreign_origin", "This change was asked for by a page of another site.")
