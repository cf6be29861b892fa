"""The door: every request enters here, and meets the rule about who may make it in this one place.

In order: secrets leave the address, the route is found, a tool must take its answer and a page's change must come from
our own page, the caller is admitted, the call is counted, the endpoint answers, every answer gets the headers that keep
it private.
"""

import asyncio
import time
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from keypost import log
from keypost.caller import Caller
from keypost.errors import Busy, Forbidden, Refusal, Unauthenticated
from keypost.ids import read_number
from keypost.web import admission, problem
from keypost.web.acceptance import require_acceptable
from keypost.web.body import drain
from keypost.web.credentials import take_secrets
from keypost.web.headers import Headers
from keypost.web.limiting import Counted, Limiting
from keypost.web.parts import Parts
from keypost.web.routing import Route, Routes, Surface

logger = log.get(__name__)

STOPPING: Final = Busy("server_stopping", "Keypost is stopping. Try again in a moment.")
SAFE_METHODS: Final = frozenset({"GET", "HEAD"})


class Door:
    """The ASGI application."""

    def __init__(self, routes: Routes, parts: Parts, headers: Headers, limits: Limiting) -> None:
        self._routes = routes
        self._parts = parts
        self._headers = headers
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        query, secrets = take_secrets(scope["query_string"])
        scope = {**scope, "query_string": query, "state": {"parts": self._parts, "secrets": secrets}}
        request = Request(scope, receive)
        response = await self._answer(request)
        self._headers.add(request, response)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        match = self._routes.find(request.scope["path"])
        if match is None:
            return problem.unknown_url(request)
        route = match.by_method.get(request.method)
        if route is None:
            return problem.wrong_method(request, sorted(match.by_method))
        request.scope["path_params"] = match.names
        return await self._guarded(request, route)

    async def _guarded(self, request: Request, route: Route) -> Response:
        started = time.perf_counter()
        admission.note(request, route)
        page = route.access.surface is Surface.PAGE
        try:
            response = await self._admitted(request, route)
        except Refusal as refusal:
            may_go_on = await drain(request)
            response = problem.refused(request, refusal, page=page)
            if not may_go_on:
                response.headers["Connection"] = "close"
        except asyncio.CancelledError:  # Only the server's own stop cancels a request.
            response = problem.refused(request, STOPPING, page=page)
        except Exception as error:  # noqa: BLE001 - the last resort: the caller gets a reference, the log the reason.
            response = problem.failed(request, error, page=page)
        counted: Counted | None = request.scope["state"].get("counted")
        if counted is not None:
            response.headers.update(counted.headers)
        # The route's own pattern, never the path: a path can hold a secret (a sign-in link's does).
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        logger.debug("request", method=request.method, route=route.path, status=response.status_code, ms=milliseconds)
        return response

    async def _admitted(self, request: Request, route: Route) -> Response:
        if route.access.surface is Surface.WIRE:
            require_acceptable(request, route.media)
        elif request.method not in SAFE_METHODS:
            _require_own_page(request)
        caller = await self._admit(request, route)
        if caller is None:
            return await route.endpoint(request)
        _require_own_company(request, caller)
        self._count(request, route, caller)
        return await route.endpoint(request, caller)

    async def _admit(self, request: Request, route: Route) -> Caller | None:
        try:
            return await route.access.admit(request)
        except Unauthenticated:
            # People whose session has ended try no secrets; their open pages only come back.
            if route.access.surface is Surface.WIRE:
                address = request.client.host if request.client else ""
                self._limits.require_few_failures(address)
            raise

    def _count(self, request: Request, route: Route, caller: Caller) -> None:
        counted = self._limits.count(route, caller)
        request.scope["state"]["counted"] = counted
        if counted.refusal is not None:
            raise counted.refusal


def _require_own_page(request: Request) -> None:
    """Refuses a change that another site's page asks for. Browsers say where it comes from; tools say nothing."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site in {"same-origin", "none"}:
            return
        raise _foreign()
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise _foreign()


def _foreign() -> Forbidden:
    return Forbidden("foreign_origin", "This change was asked for by a page of another site.")


def _require_own_company(request: Request, caller: Caller) -> None:
    named = request.path_params.get("org")
    if named is not None and read_number(named) != caller.org_id:
        raise Forbidden("invalid_access", "This token does not belong to the organisation in the address.")
