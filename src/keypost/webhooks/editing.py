"""A tool edits a message that it posted, or takes it back."""

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.chat import own
from keypost.chat.directory import Chats
from keypost.chat.judging import ChatShown, find_place
from keypost.chat.model import Chat
from keypost.db.database import Database
from keypost.errors import NotFound
from keypost.files.cabinet import Cabinet
from keypost.ids import MessageId, read_message
from keypost.keys import Keys
from keypost.messages.judging import content_of, judge
from keypost.messages.spellings import decode_content
from keypost.people.directory import People
from keypost.settings import Settings
from keypost.tokens.leaks import refuse_secrets
from keypost.tokens.register import Register
from keypost.web.body import read_body
from keypost.web.limiting import count_place
from keypost.web.parts import part
from keypost.web.replies import no_content
from keypost_sdk.content import Message as Content


class EditDraft(Content, frozen=True):
    """What the message shows from now on: all of it. An edited message says so to everybody, whatever `notify_edit`
    says.
    """

    notify_edit: bool = False


class Named(Struct, frozen=True):
    chat: Chat
    message_id: MessageId


async def edit(request: Request, caller: Caller) -> Response:
    named = _named(request, caller)
    content = judge(content_of(decode_content(await read_body(request), EditDraft)), part(request, Settings).text_max)
    refuse_secrets(content, part(request, Keys), part(request, Register))
    count_place(request, named.chat.org_id, named.chat.home_id)  # Everybody there sees it, as they see a post.
    people = part(request, People)
    await part(request, Database).write(own.edit, people, caller, named.chat, named.message_id, content)
    return no_content()


async def delete(request: Request, caller: Caller) -> Response:
    named = _named(request, caller)
    people, cabinet = part(request, People), part(request, Cabinet)
    await part(request, Database).write(own.delete, people, cabinet, caller, named.chat, named.message_id)
    return no_content()


def _named(request: Request, caller: Caller) -> Named:
    chat = find_place(part(request, Chats), caller, ChatShown(request.path_params["chat"]))
    message_id = read_message(request.path_params["message"])
    if message_id is None:
        raise NotFound("message_not_found", "There is no such message in this chat.")
    return Named(chat, message_id)
