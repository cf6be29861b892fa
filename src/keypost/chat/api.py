from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.chat import service
from keypost.chat.directory import Chats
from keypost.chat.judging import ChatShown, find_place
from keypost.chat.store import MESSAGES_MAX
from keypost.chat.views import wire_data
from keypost.db.database import Database
from keypost.errors import Invalid
from keypost.web.parts import part
from keypost.web.replies import ok

TIME_MAX: Final = (1 << 42) - 1
"""The last millisecond that an id can hold (in the year 2109)."""


async def list_messages(request: Request, caller: Caller) -> Response:
    """The newest messages of a chat in a span of time, oldest first."""
    caller.require(Scope.READ)
    chat = find_place(part(request, Chats), caller, ChatShown(request.path_params["chat"]))
    found = await part(request, Database).read(
        service.list_messages,
        caller.org_id,
        chat.id,
        from_ms=_number(request, "fromtime", TIME_MAX),
        to_ms=_number(request, "totime", TIME_MAX),
        limit=_number(request, "limit", MESSAGES_MAX) or MESSAGES_MAX,
    )
    return ok(wire_data(found))


def _number(request: Request, name: str, most: int) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < len(str(TIME_MAX)) + 1 and int(text) <= most):
        raise Invalid("invalid_inputs", f"{name} must be a whole number from 0 to {most}")
    return int(text)
