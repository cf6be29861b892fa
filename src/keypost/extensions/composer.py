"""What a person types: a message, or `/command …` for an extension."""

import re
from typing import Annotated, Final

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.chat.directory import Chats
from keypost.chat.in_path import chat_in_path
from keypost.chat.judging import ChatShown, judge, require_open
from keypost.chat.model import Chat, Message, Ties
from keypost.chat.wishes import ties_of
from keypost.extensions import calls, dialogs
from keypost.extensions.desk import Desk
from keypost.extensions.next_step import next_step
from keypost.messages.decoding import decode
from keypost.messages.judging import MESSAGE_ID_MAX, Draft, judge_post
from keypost.settings import Settings
from keypost.tokens.leaks import refuse_secrets
from keypost.web.body import read_body
from keypost.web.parts import part
from keypost.web.replies import ok
from keypost_sdk.content import TEXT_CEILING

COMMAND: Final = re.compile(r"/([a-z][a-z0-9]*)(?:\s+(.*))?", re.DOTALL)

Shown = Annotated[str, Meta(max_length=MESSAGE_ID_MAX)] | None


class Answering(Struct, frozen=True, kw_only=True):
    """The message that is answered, or on which a thread is opened; as tools name them."""

    reply_to: Shown = None
    thread_message_id: Shown = None

    @property
    def ties(self) -> Ties:
        return ties_of(Draft(reply_to=self.reply_to, thread_message_id=self.thread_message_id))


class Said(Answering, frozen=True, kw_only=True):
    text: Annotated[str, Meta(min_length=1, max_length=TEXT_CEILING)]


async def say(request: Request, caller: Caller) -> Response:
    desk = part(request, Desk)
    said = decode(await read_body(request), Said)
    chat = require_open(chat_in_path(request, caller))
    command = COMMAND.fullmatch(said.text.strip())
    if command is None:
        content = judge_post(Draft(text=said.text), part(request, Settings).text_max)
        refuse_secrets(content, desk.keys, desk.register, desk.people)
        place = ChatShown(chat.shown_id)
        message = await desk.lane.commit(judge(desk.people, desk.chats, caller, place, content, ties=said.ties))
        return posted(desk.chats, chat, message)
    typed, agent = command[2] or "", calls.user_agent(request)
    due = await desk.database.write(dialogs.run_command, desk, caller, chat, command[1], typed, agent)
    shown = await next_step(desk, due)
    return ok({"kind": "posted"} if shown["kind"] == "done" else shown)


def posted(chats: Chats, said_in: Chat, message: Message) -> Response:
    """What opens a thread is said there, and its page is where whoever said it goes on."""
    if message.chat_id == said_in.id:
        return ok({"kind": "posted"})
    thread = chats.get(message.org_id, message.chat_id)
    return ok({"kind": "posted", "address": f"/chats/{thread.shown_id}"})
