"""A tool posts a message: to a channel by unique name, or to a chat."""

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.chat.directory import Chats
from keypost.chat.judging import ChannelNamed, ChatShown, Place, judge
from keypost.chat.lane import Lane
from keypost.chat.model import Message, PartyKind
from keypost.ids import show_message
from keypost.keys import Keys
from keypost.messages.decoding import decode
from keypost.messages.judging import Draft, judge_post
from keypost.people.directory import People
from keypost.tokens.leaks import refuse_secrets
from keypost.tokens.register import Register
from keypost.web.body import read_body
from keypost.web.parts import part
from keypost.web.replies import no_content, ok


class PostedOut(Struct, frozen=True):
    message_id: str


async def to_channel(request: Request, caller: Caller) -> Response:
    bot_name = request.query_params.get("bot_unique_name")
    return await _post(request, caller, ChannelNamed(request.path_params["name"]), bot_name)


async def to_chat(request: Request, caller: Caller) -> Response:
    """Always in the name of the credential's owner: the wire knows posting as a bot for channels only."""
    return await _post(request, caller, ChatShown(request.path_params["chat"]), None)


async def _post(request: Request, caller: Caller, place: Place, bot_name: str | None) -> Response:
    draft = decode(await read_body(request), Draft)
    content = judge_post(draft)
    refuse_secrets(content, part(request, Keys), part(request, Register))
    posting = judge(part(request, People), part(request, Chats), caller, place, content, bot_name=bot_name)

    message = await part(request, Lane).commit(posting)
    return _posted(message, sync=draft.sync_message)


def _posted(message: Message, *, sync: bool) -> Response:
    """204; with `sync_message` the id, but never for a bot's message: as the wire has it."""
    if sync and message.sender.kind is PartyKind.PERSON:
        return ok(PostedOut(show_message(message.id)))
    return no_content()
