"""Pressing a button, answering its dialog, and looking once at what was minted."""

from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.chat.in_path import chat_in_path, message_in_path
from keypost.chat.judging import require_open
from keypost.chat.model import Chat
from keypost.db.tx import Tx
from keypost.extensions import dialogs, outcomes, private
from keypost.extensions.begun import Begun, Given
from keypost.extensions.calls import user_agent
from keypost.extensions.desk import Desk
from keypost.extensions.dialogs import Question
from keypost.extensions.manifest import SETTINGS_MAX
from keypost.extensions.next_step import next_step
from keypost.extensions.replies import failure
from keypost.extensions.saying import Saying, find_saying, say
from keypost.ids import MessageId
from keypost.messages.decoding import decode
from keypost.web.body import read_body
from keypost.web.credentials import HEADER_SHOWN
from keypost.web.pages import fragment
from keypost.web.parts import part
from keypost.web.replies import ok
from keypost_sdk.content import TEXT_MAX

NONCE_MAX: Final = 100
PATH_MAX: Final = 60


class PressIn(Struct, frozen=True):
    button: Annotated[str, Meta(max_length=PATH_MAX)]


class AcceptIn(Struct, frozen=True):
    """What a person gave in a dialog: `input` where it has a field, the others where it asks for a token."""

    nonce: Annotated[str, Meta(max_length=NONCE_MAX)]
    choice: Literal["add", "replace"] = "add"
    input: Annotated[str, Meta(max_length=TEXT_MAX)] | None = None
    settings: Annotated[dict[str, Any], Meta(max_length=SETTINGS_MAX)] = {}

    @property
    def given(self) -> Given:
        return Given(typed=self.input, settings=self.settings, replaces=self.choice == "replace")


class RevealIn(Struct, frozen=True):
    nonce: Annotated[str, Meta(max_length=NONCE_MAX)]


async def press(request: Request, caller: Caller) -> Response:
    desk = part(request, Desk)
    path = decode(await read_body(request), PressIn).button
    chat = require_open(chat_in_path(request, caller))
    message_id = message_in_path(request)
    agent = user_agent(request)
    due = await desk.database.write(_press, desk, caller, chat, message_id, path, agent)
    if isinstance(due, Saying):
        await say(desk, caller, due)
        return ok({"kind": "chat", "address": f"/chats/{due.place.shown_id}"})
    if due is None:
        return ok({"kind": "banner", "banner": failure("No extension that is installed for you has this function.")})
    return ok(await next_step(desk, due))


def _press(
    tx: Tx, desk: Desk, caller: Caller, chat: Chat, message_id: MessageId | None, path: str, agent: str
) -> Saying | Question | Begun | None:
    saying = find_saying(tx, desk, caller, chat, message_id, path)
    return saying if saying is not None else dialogs.press(tx, desk, caller, chat, message_id, path, agent)


async def accept(request: Request, caller: Caller) -> Response:
    desk = part(request, Desk)
    answer = decode(await read_body(request), AcceptIn)
    begun = await desk.database.write(dialogs.accept, desk, caller, answer.nonce, answer.given, user_agent(request))
    if begun.minted is None:
        return ok(await next_step(desk, begun))
    seen = await outcomes.run(desk, begun)
    reveal_nonce = ""
    if not seen.has_failed:
        minted = begun.minted
        reveal_nonce = desk.reveals.offer(caller.person_id, begun.app, minted.token.id, minted.secret)
    names = desk.names_for(caller.org_id, caller.person_id)
    done = fragment(
        "extensions/minted.html",
        banner=seen.banner,
        message_html=private.shown(seen.private, names) if seen.private is not None else "",
        reveal_nonce=reveal_nonce,
        by_hand=seen.by_hand,
    )
    return ok({"kind": "done", "html": done})


async def reveal(request: Request, caller: Caller) -> Response:
    """Address and header of a new token: shown once, to the person who minted it, a short while after."""
    caller.require(Scope.PERSON)
    desk = part(request, Desk)
    nonce = decode(await read_body(request), RevealIn).nonce
    found = desk.reveals.take(caller.org_id, caller.person_id, nonce)
    shown = fragment(
        "extensions/connection.html",
        address=desk.addresses.incoming(found.app, found.token_id),
        header_name=HEADER_SHOWN,
        header_value=found.secret.reveal(),
    )
    return ok({"html": shown})
