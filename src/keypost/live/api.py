import asyncio
from collections.abc import AsyncGenerator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.db.database import Database
from keypost.events import service as events
from keypost.ids import read_number
from keypost.live.frames import HEARTBEAT, RETRY
from keypost.live.hub import Hub
from keypost.people.access import SESSION
from keypost.web.parts import part
from keypost.web.streaming import Stream

HEARTBEAT_S: Final = 15.0
EVENTS: Final = "text/event-stream"


async def watch(request: Request, caller: Caller) -> Response:
    """Server-sent events from `since` (or `Last-Event-ID` after a cut) on, until the page or the server goes."""
    caller.require(Scope.READ)
    newest = await part(request, Database).read(events.last_number, caller.org_id)
    await SESSION.admit(request)  # Again: of a session that ended before `newest` no later event would tell.
    asked = request.headers.get("last-event-id") or request.query_params.get("since", "")
    since = read_number(asked)
    hub = part(request, Hub)
    if request.method == "HEAD":
        return Response(media_type=EVENTS)
    start = newest if since is None else since
    return Stream(_stream(hub, caller, start, newest), media_type=EVENTS)


async def _stream(hub: Hub, caller: Caller, since: int, newest: int) -> AsyncGenerator[bytes, None]:
    # Joined here and not before: a reader that has gone by now must not be waited on.
    watcher = hub.watch(caller.org_id, caller.person_id, since, newest)
    try:
        yield RETRY
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    frame = await watcher.next()
            except TimeoutError:
                frame = HEARTBEAT
            if frame is None:
                return
            yield frame
    finally:
        hub.leave(watcher)
