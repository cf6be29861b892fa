"""What a person types: a message, or `/command …` for an extension."""

import re
from typing import Annotated, Final

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.chat.judging import ChatShown, find_place, judge
from keypost.chat.model import Chat
from keypost.db.tx import Tx
from keypost.errors import NotFound
from keypost.extensions import calls, invocations, outcomes, service
from keypost.extensions.desk import Desk
from keypost.extensions.dialogs import Begun
from keypost.extensions.model import App, one_face_each
from keypost.messages.decoding import decode
from keypost.messages.judging import Draft, judge_post
from keypost.people.model import Person
from keypost.tokens.leaks import refuse_secrets
from keypost.web.body import read_body
from keypost.web.parts import part
from keypost.web.replies import ok
from keypost_sdk.content import TEXT_MAX

COMMAND: Final = re.compile(r"/([a-z][a-z0-9]*)(?:\s+(.*))?", re.DOTALL)


class Said(Struct, frozen=True):
    text: Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)]


async def say(request: Request, caller: Caller) -> Response:
    desk = part(request, Desk)
    said = decode(await read_body(request), Said)
    chat = find_place(desk.chats, caller, ChatShown(request.path_params["chat"]))
    command = COMMAND.fullmatch(said.text.strip())
    if command is None:
        content = judge_post(Draft(text=said.text))
        refuse_secrets(content, desk.keys, desk.register)
        await desk.lane.commit(judge(desk.people, desk.chats, caller, ChatShown(chat.shown_id), content))
        return ok({"kind": "posted"})
    outcome = await _run(desk, caller, chat, command[1], command[2] or "", calls.user_agent(request))
    if outcome.banner is not None:
        return ok({"kind": "banner", "banner": outcome.banner})
    return ok({"kind": "posted"})


async def _run(desk: Desk, caller: Caller, chat: Chat, name: str, arguments: str, user_agent: str) -> outcomes.Outcome:
    caller.require(Scope.PERSON)
    person = desk.people.get(caller.org_id, caller.person_id)
    app = _whose(await desk.database.read(service.list_installed, person), name)
    call = calls.command(desk.addresses, person, chat, name, arguments, user_agent)
    begun = await desk.database.write(_begin, desk, app, person, chat, call)
    return await outcomes.run(desk, begun)


def _begin(tx: Tx, desk: Desk, app: App, person: Person, chat: Chat, call: calls.Call) -> Begun:
    invocation, nonce = invocations.begin(tx, desk.keys, app, person.id, call, chat_id=chat.id)
    return Begun(app, chat, call, invocation, nonce, None)


def _whose(installed: list[App], name: str) -> App:
    commands = {command.name: app for app in one_face_each(installed) for command in app.extension.manifest.commands}
    if name not in commands:
        known = ", ".join(f"/{command}" for command in sorted(commands)) or "none"
        raise NotFound("command_not_found", f"There is no command /{name[:60]}. Commands here: {known}.")
    return commands[name]
