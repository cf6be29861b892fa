"""A tool edits a message that it posted, or takes it back."""

from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.chat import own
from keypost.chat.in_path import chat_in_path, message_in_path
from keypost.db.database import Database
from keypost.files.cabinet import Cabinet
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


async def edit(request: Request, caller: Caller) -> Response:
    chat, message_id = chat_in_path(request, caller), message_in_path(request)
    content = judge(content_of(decode_content(await read_body(request), EditDraft)), part(request, Settings).text_max)
    refuse_secrets(content, part(request, Keys), part(request, Register), part(request, People))
    count_place(request, chat.org_id, chat.home_id)  # Everybody there sees it, as they see a post.
    people = part(request, People)
    await part(request, Database).write(own.edit, people, caller, chat, message_id, content)
    return no_content()


async def delete(request: Request, caller: Caller) -> Response:
    chat, message_id = chat_in_path(request, caller), message_in_path(request)
    people, cabinet = part(request, People), part(request, Cabinet)
    await part(request, Database).write(own.delete, people, cabinet, caller, chat, message_id)
    return no_content()
