"""A person gives a message of theirs another text, from a page."""

from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.chat import own, service
from keypost.chat.directory import Chats
from keypost.chat.judging import ChatShown, find_place
from keypost.chat.model import Chat
from keypost.db.database import Database
from keypost.errors import NotFound
from keypost.ids import MessageId, read_message
from keypost.keys import Keys
from keypost.messages.decoding import decode
from keypost.people.directory import People
from keypost.settings import Settings
from keypost.tokens.leaks import refuse_secrets
from keypost.tokens.register import Register
from keypost.web.body import read_body
from keypost.web.parts import part
from keypost.web.replies import no_content, ok
from keypost_sdk.content import TEXT_CEILING


class Text(Struct, frozen=True):
    """As it was written, with its markup."""

    text: Annotated[str, Meta(max_length=TEXT_CEILING)]


async def show(request: Request, caller: Caller) -> Response:
    caller.require(Scope.READ)
    chat, message_id = _named(request, caller)
    found = await part(request, Database).read(service.find_message, chat.org_id, chat.id, message_id)
    if found is None:
        raise _unknown()
    return ok(Text(found.content.text))


async def reword(request: Request, caller: Caller) -> Response:
    """What came of it, every page hears of in its order."""
    text = decode(await read_body(request), Text).text
    chat, message_id = _named(request, caller)
    refuse_secrets(text, part(request, Keys), part(request, Register))
    people, text_max = part(request, People), part(request, Settings).text_max
    await part(request, Database).write(own.reword, people, caller, chat, message_id, text, text_max)
    return no_content()


def _named(request: Request, caller: Caller) -> tuple[Chat, MessageId]:
    chat = find_place(part(request, Chats), caller, ChatShown(request.path_params["chat"]))
    message_id = read_message(request.path_params["message"])
    if message_id is None:
        raise _unknown()
    return chat, message_id


def _unknown() -> NotFound:
    return NotFound("message_not_found", "There is no such message in this chat.")
