"""Pressing a button, answering its dialog, and looking once at what was minted."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.chat.judging import ChatShown, find_place
from keypost.chat.model import Chat, Message
from keypost.chat.service import find_message
from keypost.chat.views import chat_name
from keypost.clock import SECOND_MS
from keypost.db.tx import Tx
from keypost.errors import NotFound
from keypost.extensions import dialogs, outcomes, service
from keypost.extensions.buttons import locate, posting_app, resolve
from keypost.extensions.calls import user_agent
from keypost.extensions.desk import Desk
from keypost.extensions.dialogs import Pressed
from keypost.extensions.model import App
from keypost.extensions.replies import failure
from keypost.ids import read_message, show_token
from keypost.messages import html
from keypost.messages.decoding import decode
from keypost.tokens.model import Token
from keypost.web.body import read_body
from keypost.web.credentials import HEADER_SHOWN
from keypost.web.pages import fragment
from keypost.web.parts import part
from keypost.web.replies import ok

NONCE_MAX: Final = 100
RIGHTS: Final = {
    Scope.POST: "Post messages in your name, wherever you may post",
    Scope.INCOMING: "Send events that {extension} shows in this chat",
}


class PressIn(Struct, frozen=True):
    button: Annotated[str, Meta(max_length=60)]


class AcceptIn(Struct, frozen=True):
    nonce: Annotated[str, Meta(max_length=NONCE_MAX)]
    choice: Literal["add", "replace"] = "add"


class RevealIn(Struct, frozen=True):
    nonce: Annotated[str, Meta(max_length=NONCE_MAX)]


async def press(request: Request, caller: Caller) -> Response:
    desk = part(request, Desk)
    path = decode(await read_body(request), PressIn).button
    chat = find_place(desk.chats, caller, ChatShown(request.path_params["chat"]))
    pressed = await desk.database.read(_find, desk, caller, chat, request.path_params["message"], path)
    if pressed is None:
        return ok({"kind": "banner", "banner": failure("No extension that is installed for you has this function.")})
    if pressed.action.confirm is None:
        begun = await desk.database.write(dialogs.begin, desk, caller, pressed, user_agent(request))
        return ok(_shown(await outcomes.run(desk, begun)))
    nonce, live = await desk.database.write(dialogs.open_dialog, desk.keys, caller, pressed)
    return ok({"kind": "dialog", "html": _dialog(pressed, nonce, live)})


async def accept(request: Request, caller: Caller) -> Response:
    desk = part(request, Desk)
    answer = decode(await read_body(request), AcceptIn)
    replaces = answer.choice == "replace"
    agent = user_agent(request)
    begun = await desk.database.write(dialogs.accept, desk, caller, answer.nonce, agent, replaces=replaces)
    outcome = await outcomes.run(desk, begun)
    reveal_nonce = ""
    if begun.minted is not None and not outcome.has_failed:
        minted = begun.minted
        reveal_nonce = desk.reveals.offer(caller.person_id, begun.app, minted.token.id, minted.secret)
    done = fragment(
        "extensions/minted.html",
        banner=outcome.banner,
        message_html=_private(outcome),
        reveal_nonce=reveal_nonce,
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


def _find(tx: Tx, desk: Desk, caller: Caller, chat: Chat, shown_message: str, path: str) -> Pressed | None:
    """The stored button that was pressed; None if its function is nobody's, or not clear whose."""
    message = _message(tx, chat, shown_message)
    button, action = locate(message.content, path)
    person = desk.people.get(caller.org_id, caller.person_id)
    installed = service.list_installed(tx, person)
    app = resolve(installed, posting_app(desk.chats, desk.register, message), action.data)
    if app is None:
        return None
    return Pressed(person, chat, message, path, button, action, app, desk.invoker.address(app))


def _message(tx: Tx, chat: Chat, shown: str) -> Message:
    message_id = read_message(shown)
    message = find_message(tx, chat.org_id, chat.id, message_id) if message_id is not None else None
    if message is None:
        raise NotFound("message_not_found", "There is no such message in this chat.")
    return message


def _dialog(pressed: Pressed, nonce: str, live: list[Token]) -> str:
    """The question, from what the server knows; of the button only its own title and description."""
    app, confirm = pressed.app, pressed.action.confirm
    developer = app.extension.manifest.developer
    return fragment(
        "extensions/dialog.html",
        nonce_value=nonce,
        title=confirm.title if confirm else "",
        description=confirm.description if confirm else "",
        extension=app.title,
        developer_name=developer.name,
        developer_email=developer.email,
        host=_host(app, pressed.address),
        function=pressed.action.data.name,
        rights=[RIGHTS[scope].format(extension=app.title) for scope in sorted(app.grant.scope)],
        place=chat_name(pressed.chat),
        ends="when you revoke it",
        live_tokens=[{"id": show_token(token.id), "created_text": _day(token.created_at)} for token in live],
        asks_for_token=pressed.button.asks_for_token,
    )


def _host(app: App, address: str) -> str:
    return "this server" if app.extension.is_local else urlsplit(address).hostname or ""


def _shown(outcome: outcomes.Outcome) -> dict[str, Any]:
    if outcome.banner is not None:
        return {"kind": "banner", "banner": outcome.banner}
    return {"kind": "done"}


def _private(outcome: outcomes.Outcome) -> str:
    return html.render(outcome.private, anchor="private") if outcome.private is not None else ""


def _day(moment_ms: int) -> str:
    return datetime.fromtimestamp(moment_ms / SECOND_MS, UTC).strftime("%-d %B %Y")
