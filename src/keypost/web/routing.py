"""Routes as data, and the one place where a request meets the rule about who may make it."""

import time
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

import structlog
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from keypost import log
from keypost.caller import Caller
from keypost.errors import Forbidden, Refusal
from keypost.ids import read_number
from keypost.web import problem

logger = log.get(__name__)

Admit = Callable[[Request], Awaitable[Caller | None]]
Endpoint = Callable[..., Awaitable[Response]]

SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
COMPANY: Final = "/company/{org}"


class Surface(StrEnum):
    """What kind of client a route is for; it decides the shape of refusals and whether cookies can matter."""

    WIRE = "wire"
    """Tools. Cookies are ignored."""
    PAGE = "page"
    """People with a browser. Tokens are ignored; unsafe methods must come from our own pages."""


class Access(Struct, frozen=True):
    """Who may call a route, with which credential: a sentence for readers, and the function that enforces it."""

    credential: str
    surface: Surface
    admit: Admit


class Route(Struct, frozen=True):
    """`with_company` also serves the path under `/company/{org}`, where `{org}` must be the caller's own."""

    methods: tuple[str, ...]
    path: str
    endpoint: Endpoint
    access: Access
    with_company: bool = False


def build(routes: Sequence[Route]) -> list[StarletteRoute]:
    """As Starlette's routes; the same path with several methods must stand together."""
    return [
        StarletteRoute(path, _guarded(route), methods=list(route.methods)) for route in routes for path in paths(route)
    ]


def paths(route: Route) -> tuple[str, ...]:
    return (route.path, COMPANY + route.path) if route.with_company else (route.path,)


def _guarded(route: Route) -> Callable[[Request], Awaitable[Response]]:
    access = route.access
    page = access.surface is Surface.PAGE

    async def handle(request: Request) -> Response:
        started = time.perf_counter()
        try:
            response = await _admitted(request)
        except Refusal as refusal:
            response = problem.refused(request, refusal, page=page)
        except Exception as error:  # noqa: BLE001 - the last resort: the caller gets a reference, the log the reason.
            response = problem.failed(request, error, page=page)
        _note(request, route, response, started)
        return response

    async def _admitted(request: Request) -> Response:
        if page and request.method not in SAFE_METHODS:
            require_own_page(request)
        caller = await access.admit(request)
        if caller is None:
            return await route.endpoint(request)
        _require_own_company(request, caller)
        return await route.endpoint(request, caller)

    return handle


def require_own_page(request: Request) -> None:
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


def _note(request: Request, route: Route, response: Response, started: float) -> None:
    # The route's own pattern, never the path: a path can hold a secret (a sign-in link does).
    logger.debug(
        "request",
        method=request.method,
        route=route.path,
        status=response.status_code,
        ms=round((time.perf_counter() - started) * 1000, 1),
        **structlog.contextvars.get_contextvars(),
    )
