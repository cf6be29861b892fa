"""What a person types: a message, or `/command …` for an extension."""

import re
from typing import Annotated, Final

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.chat.judging import ChatShown, find_place, judge, require_open
from keypost.extensions import calls, dialogs
from keypost.extensions.desk import Desk
from keypost.extensions.next_step import next_step
from keypost.messages.decoding import decode
from keypost.messages.judging import Draft, judge_post
from keypost.settings import Settings
from keypost.tokens.leaks import refuse_secrets
from keypost.web.body import read_body
from keypost.web.parts import part
from keypost.web.replies import ok
from keypost_sdk.content import TEXT_CEILING

COMMAND: Final = re.compile(r"/([a-z][a-z0-9]*)(?:\s+(.*))?", re.DOTALL)


class Said(Struct, frozen=True):
    text: Annotated[str, Meta(min_length=1, max_length=TEXT_CEILING)]


async def say(request: Request, caller: Caller) -> Response:
    desk = part(request, Desk)
    said = decode(await read_body(request), Said)
    chat = require_open(find_place(desk.chats, caller, ChatShown(request.path_params["chat"])))
    command = COMMAND.fullmatch(said.text.strip())
    if command is None:
        content = judge_post(Draft(text=said.text), part(request, Settings).text_max)
        refuse_secrets(content, desk.keys, desk.register)
        await desk.lane.commit(judge(desk.people, desk.chats, caller, ChatShown(chat.shown_id), content))
        return ok({"kind": "posted"})
    typed, agent = command[2] or "", calls.user_agent(request)
    due = await desk.database.write(dialogs.run_command, desk, caller, chat, command[1], typed, agent)
    shown = await next_step(desk, due)
    return ok({"kind": "posted"} if shown["kind"] == "done" else shown)
