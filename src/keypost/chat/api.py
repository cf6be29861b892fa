from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.chat import service, votes
from keypost.chat.directory import Chats
from keypost.chat.judging import ChatShown, find_place
from keypost.chat.message_store import MESSAGES_MAX
from keypost.chat.views import MessagesOut
from keypost.db.database import Database
from keypost.db.tx import Tx
from keypost.errors import Invalid
from keypost.ids import ChatId, OrgId, read_number
from keypost.web.parts import part
from keypost.web.replies import ok

TIME_MAX: Final = (1 << 42) - 1
"""The last millisecond that an id can hold (in the year 2109)."""


async def list_messages(request: Request, caller: Caller) -> Response:
    """The newest messages of a chat in a span of time, oldest first."""
    caller.require(Scope.READ)
    chat = find_place(part(request, Chats), caller, ChatShown(request.path_params["chat"]))
    found = await part(request, Database).read(
        _list,
        caller.org_id,
        chat.id,
        from_ms=_number(request, "fromtime", TIME_MAX),
        to_ms=_number(request, "totime", TIME_MAX),
        limit=_number(request, "limit", MESSAGES_MAX, least=1) or MESSAGES_MAX,
    )
    return ok(found)


def _list(tx: Tx, org_id: OrgId, chat_id: ChatId, *, from_ms: int | None, to_ms: int | None, limit: int) -> MessagesOut:
    messages = service.list_messages(tx, org_id, chat_id, from_ms=from_ms, to_ms=to_ms, limit=limit)
    return MessagesOut.of(messages, votes.tallies(tx, org_id, messages))


def _number(request: Request, name: str, most: int, *, least: int = 0) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    number = read_number(text)
    if number is None or not least <= number <= most:
        raise Invalid("invalid_inputs", f"{name} must be a whole number from {least} to {most}")
    return number
