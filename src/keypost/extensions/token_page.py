"""The pages of tokens: one's own, to look after and to revoke; for admins everybody's."""

from typing import Any, Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.clock import iso, utc
from keypost.db.database import Database
from keypost.extensions import token_rows, token_settings
from keypost.extensions.desk import Desk
from keypost.extensions.token_askers import Asker
from keypost.extensions.token_rows import TokenRow
from keypost.ids import is_sandbox, show_token
from keypost.messages.decoding import decode
from keypost.people.directory import People
from keypost.settings import NO_BOUND, Settings
from keypost.tokens.model import State, Token, Told
from keypost.web.body import read_body
from keypost.web.pages import page
from keypost.web.parts import part
from keypost.web.replies import ok, see

VERBS: Final = {
    Scope.POST: "Posts messages in your name",
    Scope.INCOMING: "Sends events that the extension shows",
    Scope.MENTION_ALL: "Calls everybody in a chat with @all",
}
OTHERS_VERBS: Final = VERBS | {Scope.POST: "Posts messages in the name of its owner"}
SERVES_SHOWN: Final = 3
"""What a token serves that is named at once; one click shows the rest."""
BOT_CHAT: Final = "your chat with its bot"
OTHERS_BOT_CHAT: Final = "the chat of its owner with its bot"


class SettingsIn(Struct, frozen=True, forbid_unknown_fields=True):
    settings: dict[str, Any]


async def show(request: Request, caller: Caller) -> Response:
    rows = await part(request, Database).read(token_rows.list_mine, part(request, Desk), caller)
    return _page(request, caller, rows, everybodys=False)


async def show_all(request: Request, caller: Caller) -> Response:
    rows = await part(request, Database).read(token_rows.list_all_of_org, part(request, Desk), caller)
    return _page(request, caller, rows, everybodys=True)


async def revoke(request: Request, caller: Caller) -> Response:
    """Goes back to the page whose button it was."""
    token_id = token_rows.id_of(request.path_params["token"])
    await part(request, Database).write(token_rows.revoke, part(request, Desk), caller, token_id)
    return see("/tokens/all" if request.query_params.get("from") == "all" else "/tokens")


async def choose(request: Request, caller: Caller) -> Response:
    token_id = token_rows.id_of(request.path_params["token"])
    chosen = decode(await read_body(request), SettingsIn).settings
    row = await part(request, Database).write(token_rows.choose, part(request, Desk), caller, token_id, chosen)
    return ok({"settings": row.settings})


def _page(request: Request, caller: Caller, rows: list[TokenRow], *, everybodys: bool) -> Response:
    people, now = part(request, People), part(request, Database).clock.now_ms()
    me = people.get(caller.org_id, caller.person_id)
    return page(
        request,
        "tokens/tokens.html",
        me=me,
        org_name=people.org_name(caller.org_id),
        everybodys=everybodys,
        tokens=[_shown(row, now, everybodys=everybodys) for row in rows],
        is_demo=part(request, Settings).demo,
    )


def _shown(row: TokenRow, now: int, *, everybodys: bool) -> dict[str, Any]:
    token, state = row.token, row.token.state(now)
    verbs = OTHERS_VERBS if everybodys else VERBS
    return {
        "id": show_token(token.id),
        "extension": row.title,
        "sandbox": is_sandbox(token.app_id),
        "owner": row.owner,
        "created": _moment(token.created_at),
        "from_button": token.is_from_button,
        "asker": _asker(row.asker) if row.asker is not None else None,
        "place": row.place or (OTHERS_BOT_CHAT if everybodys else BOT_CHAT),
        "budget": _budget_text(token.grant.budget),
        "verbs": [verbs[scope] for scope in sorted(token.grant.scope)],
        "state": state.value,
        "state_text": _state_text(token, state),
        "serves": token.serves[:SERVES_SHOWN],
        "serves_more": token.serves[SERVES_SHOWN:],
        "last_used": _moment(row.last_used_at) if row.last_used_at is not None else None,
        "is_over": state is State.OVER,
        "was_not_told": token.told is Told.GIVEN_UP,
        "settings": token_settings.fields(row.declared, token.settings),
    }


def _asker(asker: Asker) -> dict[str, Any]:
    return {
        "label": asker.label,
        "sender_name": asker.sender_name,
        "sent": _moment(asker.sent_at),
        "href": asker.href,
    }


def _state_text(token: Token, state: State) -> str:
    if state is State.LIVE:
        return "Live"
    if state is State.ENDS and token.expires_at is not None:
        return f"Ends {_day_and_time(token.expires_at)}: {token.reason}"
    if token.revoked_at is not None:
        return f"{token.reason.capitalize()}, {_day_and_time(token.revoked_at)}"
    if token.expires_at is not None and token.paused_at is None:
        return f"{token.reason.capitalize()}, ended {_day_and_time(token.expires_at)}"
    return "Paused"


def _budget_text(budget: int | None) -> str | None:
    """None for the default, of which a row says nothing."""
    if budget is None:
        return None
    return "As many as it likes" if budget == NO_BOUND else f"At most {budget:,} a minute"


def _moment(at: int) -> dict[str, str]:
    return {"iso": iso(at), "text": _day_and_time(at)}


def _day_and_time(at: int) -> str:
    return utc(at).strftime("%-d %B %Y, %H:%M UTC")
