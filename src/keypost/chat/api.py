from typing import Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.chat import around, service, votes
from keypost.chat.directory import Chats
from keypost.chat.in_path import chat_in_path, message_in_path
from keypost.chat.message_out import MessageOut, MessagesOut, OneOut
from keypost.chat.message_store import MESSAGES_MAX
from keypost.chat.model import Chat, Message
from keypost.db.database import Database
from keypost.db.tx import Tx
from keypost.ids import MessageId
from keypost.web.parts import part
from keypost.web.query import limit_of, number_in
from keypost.web.replies import ok

TIME_MAX: Final = (1 << 42) - 1
"""The last millisecond that an id can hold (in the year 2109)."""


async def list_messages(request: Request, caller: Caller) -> Response:
    """The newest messages of a chat in a span of time, oldest first."""
    caller.require(Scope.READ)
    chat = chat_in_path(request, caller)
    span = Span(
        number_in(request, "fromtime", TIME_MAX),
        number_in(request, "totime", TIME_MAX),
        limit_of(request, MESSAGES_MAX),
    )
    return ok(await part(request, Database).read(_read_span, part(request, Chats), chat, span))


async def show_one(request: Request, caller: Caller) -> Response:
    """One message of a chat."""
    caller.require(Scope.READ)
    chat, message_id = chat_in_path(request, caller), message_in_path(request)
    return ok(await part(request, Database).read(_read_one, part(request, Chats), chat, message_id))


class Span(Struct, frozen=True):
    from_ms: int | None
    to_ms: int | None
    limit: int


def _read_span(tx: Tx, chats: Chats, chat: Chat, span: Span) -> MessagesOut:
    found = service.list_messages(tx, chat.org_id, chat.id, from_ms=span.from_ms, to_ms=span.to_ms, limit=span.limit)
    return MessagesOut.of(found, around.read(tx, chats, chat.org_id, found), votes.tallies(tx, chat.org_id, found))


def _read_one(tx: Tx, chats: Chats, chat: Chat, message_id: MessageId | None) -> OneOut:
    return read_out(tx, chats, service.get_message(tx, chat.org_id, chat.id, message_id))


def read_out(tx: Tx, chats: Chats, message: Message) -> OneOut:
    near = around.read(tx, chats, message.org_id, [message])
    tally = votes.tallies(tx, message.org_id, [message]).get(message.id)
    return OneOut(MessageOut.of(message, near[message.id], tally))
