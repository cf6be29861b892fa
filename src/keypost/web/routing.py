"""Routes as data: an address, who may call it with what, and what answers."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Admitted, Caller
from keypost.web.credentials import Carried
from keypost.web.family import Family
from keypost.web.parts import Parts
from keypost.web.ready import Prepare, Prepares

Admit = Callable[[Request], Awaitable[Caller | None]]
AdmitNow = Callable[[Parts, Carried | None, str], Admitted]
Endpoint = Callable[..., Awaitable[Response]]

COMPANY: Final = "/company/{org}"
NEWER_WIRE: Final = "/api/v3/"
JSON: Final = "application/json"
SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
PIECE: Final = r"[^/\x00]+"
REST: Final = r"[^\x00]+"
"""Nothing is called by a name with a NUL character, and PostgreSQL takes none to look for."""
_SLASHES: Final = re.compile("/+")
_NAME: Final = re.compile(r"\{([a-z]+)(:path)?\}")


class Surface(StrEnum):
    """What kind of client a route is for; it decides the shape of refusals and whether cookies can matter."""

    WIRE = "wire"
    """Tools. Cookies are ignored."""
    PAGE = "page"
    """People with a browser. Tokens are ignored; unsafe methods must come from our own pages."""


class Access(Struct, frozen=True):
    """Who may call a route, with which credential: a sentence for readers, and the function that enforces it.

    `schemes` name what programs can present (`web/openapi.py` describes each), `refuses` the codes that they may get.
    `admit_now` does the same at once, from the credential and the address of the client alone. It is None where memory
    does not know everybody whom the route admits: then the database has to be asked.
    """

    credential: str
    surface: Surface
    admit: Admit
    schemes: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    admit_now: AdmitNow | None = None


async def _nobody(_request: Request) -> None:
    return None


def public(why: str) -> Access:
    """For wire routes that need no credential; `why` says what protects them."""
    return Access(f"none: {why}", Surface.WIRE, _nobody)


def public_page(why: str) -> Access:
    return Access(f"none: {why}", Surface.PAGE, _nobody)


class Route(Struct, frozen=True):
    """`path` has `{name}` for one piece between slashes, `{name:path}` for all that is left.

    `with_company` also serves it under `/company/{org}`, where `{org}` must be the caller's own organisation.
    `family` is what limits count its calls as; every route of the wire has one, Keypost's own API has none. `media` is
    what it answers with if it does not refuse, `*/*` if that depends. With `prepare`, the fast lane may take its posts.
    """

    methods: tuple[str, ...]
    path: str
    endpoint: Endpoint
    access: Access
    with_company: bool = False
    family: Family | None = None
    media: str = JSON
    prepare: Prepare | None = None

    @property
    def is_newer_wire(self) -> bool:
        return self.path.startswith(NEWER_WIRE)


def wire(
    methods: tuple[str, ...], path: str, endpoint: Endpoint, access: Access, family: Family, *, media: str = JSON
) -> Route:
    """An address of the wire: each is also served for a company, and counted."""
    prepare = endpoint.prepare if isinstance(endpoint, Prepares) else None
    return Route(methods, path, endpoint, access, with_company=True, family=family, media=media, prepare=prepare)


class Match(Struct, frozen=True):
    """What stands at an address: a route for each method, and what the address says in the places of the names."""

    by_method: Mapping[str, Route]
    names: dict[str, str]


class Routes:
    """Finds what stands at a path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        by_path: dict[str, dict[str, Route]] = {}
        for route in routes:
            for path in paths(route):
                by_path.setdefault(path, {}).update(_methods(route))
        self._patterns = [(_pattern(path), by_method) for path, by_method in by_path.items()]

    def find_near(self, path: str, method: str) -> Route | None:
        """What a tool meant, if there are slashes too many, or one wire's word for messages at an address of the
        other.
        """
        mended = _SLASHES.sub("/", path).rstrip("/")
        other = f"{mended}s" if mended.endswith("/message") else mended.removesuffix("s")
        for match in map(self.find, (mended, other)):
            route = match.by_method.get(method) if match is not None else None
            if route is not None:
                return route if route.access.surface is Surface.WIRE else None
        return None

    def find(self, path: str) -> Match | None:
        for pattern, by_method in self._patterns:
            found = pattern.fullmatch(path)
            if found is not None:
                return Match(by_method, found.groupdict())
        return None


def paths(route: Route) -> tuple[str, ...]:
    return (route.path, COMPANY + route.path) if route.with_company else (route.path,)


def _methods(route: Route) -> dict[str, Route]:
    """Whoever may GET may ask for the HEAD alone."""
    methods = (*route.methods, "HEAD") if "GET" in route.methods else route.methods
    return dict.fromkeys(methods, route)


def _pattern(path: str) -> re.Pattern[str]:
    pieces = _NAME.split(path)
    pattern = re.escape(pieces[0])
    for name, rest, text in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        pattern += f"(?P<{name}>{REST if rest else PIECE})" + re.escape(text)
    return re.compile(pattern)
