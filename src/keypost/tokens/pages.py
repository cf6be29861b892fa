"""The page on which people see and revoke their tokens."""

from datetime import UTC, datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.chat.directory import Chats
from keypost.chat.views import chat_name
from keypost.clock import SECOND_MS
from keypost.db.database import Database
from keypost.errors import NotFound
from keypost.ids import is_sandbox, read_token, show_token
from keypost.people.directory import People
from keypost.tokens import service
from keypost.tokens.attribution import Attribution
from keypost.tokens.model import State, Token
from keypost.tokens.register import Register
from keypost.web.pages import page
from keypost.web.parts import part
from keypost.web.replies import see

VERBS: Final = {Scope.POST: "Posts messages in your name", Scope.INCOMING: "Sends events that the extension shows"}


async def show(request: Request, caller: Caller) -> Response:
    people, database = part(request, People), part(request, Database)
    mine = await database.read(service.list_mine, caller)
    now = database.clock.now_ms()
    return page(
        request,
        "tokens/tokens.html",
        me=people.get(caller.org_id, caller.person_id),
        org_name=people.org_name(caller.org_id),
        tokens=[_row(request, token, now) for token in mine],
    )


async def revoke(request: Request, caller: Caller) -> Response:
    token_id = read_token(request.path_params["token"])
    if token_id is None:
        raise NotFound("token_not_found", "You have no such token.")
    await part(request, Database).write(service.revoke, part(request, Register), caller, token_id)
    return see("/tokens")


def _row(request: Request, token: Token, now: int) -> dict[str, Any]:
    chat = part(request, Chats).find(token.org_id, token.origin.chat_id) if token.origin else None
    last_use = part(request, Register).last_use(token)
    state = token.state(now)
    return {
        "id": show_token(token.id),
        "extension": part(request, Attribution).title(token),
        "sandbox": is_sandbox(token.app_id),
        "created_text": _moment(token.created_at),
        "created_iso": datetime.fromtimestamp(token.created_at / SECOND_MS, UTC).isoformat(),
        "place": chat_name(chat) if chat else "your chat with its bot",
        "verbs": [VERBS[scope] for scope in sorted(token.grant.scope)],
        "state": state.value,
        "state_text": _state_text(token, state),
        "last_used_text": _moment(last_use) if last_use is not None else "Never",
        "can_revoke": state is not State.OVER,
    }


def _state_text(token: Token, state: State) -> str:
    if state is State.LIVE:
        return "Live"
    if state is State.ENDS and token.expires_at is not None:
        return f"Ends {_moment(token.expires_at)}"
    if token.revoked_at is not None:
        return f"Revoked {_moment(token.revoked_at)}: {token.revoked_reason}"
    return "Paused" if token.paused_at is not None else "Ended"


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / SECOND_MS, UTC).strftime("%-d %B %Y, %H:%M UTC")
