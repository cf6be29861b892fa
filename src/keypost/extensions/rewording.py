"""A person gives a message of theirs another text, from a page."""

from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.chat import own, service
from keypost.chat.in_path import chat_in_path, message_in_path
from keypost.db.database import Database
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
    chat, message_id = chat_in_path(request, caller), message_in_path(request)
    found = await part(request, Database).read(service.get_message, chat.org_id, chat.id, message_id)
    return ok(Text(found.content.text))


async def reword(request: Request, caller: Caller) -> Response:
    """What came of it, every page hears of in its order."""
    text = decode(await read_body(request), Text).text
    chat, message_id = chat_in_path(request, caller), message_in_path(request)
    refuse_secrets(text, part(request, Keys), part(request, Register), part(request, People))
    people, text_max = part(request, People), part(request, Settings).text_max
    await part(request, Database).write(own.reword, people, caller, chat, message_id, text, text_max)
    return no_content()
