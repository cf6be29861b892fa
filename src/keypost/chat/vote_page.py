"""Voting in a poll, from its message on a page."""

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.chat import votes
from keypost.chat.in_path import chat_in_path, message_in_path
from keypost.db.database import Database
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
    chat, message_id = chat_in_path(request, caller), message_in_path(request)
    await part(request, Database).write(votes.vote, caller, chat, message_id, wish.option)
    return ok({"kind": "done"})
