"""Who was let in when a request began, and may have lost that right by the time its long body is whole."""

from typing import Final

from starlette.requests import Request

from keypost.web.routing import Route

ROUTE: Final = "route"


def note_route(request: Request, route: Route) -> None:
    request.scope["state"][ROUTE] = route


async def require_still_admitted(request: Request) -> None:
    """Refuses a credential that has ended meanwhile, as it would be refused now."""
    route: Route = request.scope["state"][ROUTE]
    await route.access.admit(request)
