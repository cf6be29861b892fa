"""The address at which open pages hear what happens."""

from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.db.database import Database
from keypost.events import service as events
from keypost.ids import read_number
from keypost.live.hub import Hub
from keypost.people.access import SESSION
from keypost.web.parts import part
from keypost.web.streaming import Feed

EVENTS: Final = "text/event-stream"


async def watch(request: Request, caller: Caller) -> Response:
    """Server-sent events from `since` (or `Last-Event-ID` after a cut) on, until the page or the server goes."""
    caller.require(Scope.READ)
    newest = await part(request, Database).read(events.last_number, caller.org_id)
    await SESSION.admit(request)  # Again: of a session that ended before `newest` no later event would tell.
    if request.method == "HEAD":
        return Response(media_type=EVENTS)
    asked = request.headers.get("last-event-id") or request.query_params.get("since", "")
    since = read_number(asked)
    start = newest if since is None else since
    open_ = partial(
        part(request, Hub).watch, org_id=caller.org_id, person_id=caller.person_id, since=start, newest=newest
    )
    return Feed(open_, media_type=EVENTS)
