"""Voting in a poll, from its message on a page."""

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.chat import votes
from keypost.chat.directory import Chats
from keypost.chat.judging import ChatShown, find_place
from keypost.db.database import Database
from keypost.ids import read_message
from keypost.messages.decoding import decode
from keypost.web.body import read_body
from keypost.web.parts import part
from keypost.web.replies import ok


class VoteIn(Struct, frozen=True):
    """An option counts from 0; null takes the vote back."""

    option: int | None


async def vote(request: Request, caller: Caller) -> Response:
    """What came of it, every page hears of in its order."""
    wish = decode(await read_body(request), VoteIn)
    chat = find_place(part(request, Chats), caller, ChatShown(request.path_params["chat"]))
    message_id = read_message(request.path_params["message"])
    await part(request, Database).write(votes.vote, caller, chat, message_id, wish.option)
    return ok({"kind": "done"})
