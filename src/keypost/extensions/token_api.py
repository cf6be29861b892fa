"""Tokens, for programs: one's own; for admins everybody's."""

from typing import Any

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.clock import iso
from keypost.db.database import Database
from keypost.extensions import token_rows
from keypost.extensions.desk import Desk
from keypost.extensions.token_rows import TokenRow
from keypost.ids import is_sandbox, show_token
from keypost.limits.api import BudgetIn
from keypost.messages.decoding import decode
from keypost.people.model import Person
from keypost.tokens.model import State
from keypost.web.body import read_body
from keypost.web.parts import part
from keypost.web.query import is_on
from keypost.web.replies import ok
from keypost_sdk.content import Served


class OwnerOut(Struct, frozen=True):
    id: str
    name: str
    email: str

    @classmethod
    def of(cls, person: Person) -> "OwnerOut":
        return cls(str(person.id), person.name, person.email)


class TokenOut(Struct, frozen=True, kw_only=True):
    """`extension` is its name, empty for one that is gone. `place` is where the extension posts what arrives with the
    token; null: the owner's chat with its bot. Moments are ISO 8601, UTC. `revoked_reason` also says why a token that
    still works will end. `settings` are those that hold, chosen or by default; `serves` is what the extension says that
    the token connects. `posts_per_minute` is the token's own budget: null as the organisation says, 0 no bound.
    """

    id: str
    extension: str
    app_id: str
    sandbox: bool
    owner: OwnerOut
    place: str | None
    verbs: list[Scope]
    posts_per_minute: int | None
    state: State
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    revoked_reason: str | None
    last_used_at: str | None
    settings: dict[str, Any]
    serves: list[Served]

    @classmethod
    def of(cls, row: TokenRow, now: int) -> "TokenOut":
        token = row.token
        return cls(
            id=show_token(token.id),
            extension=row.app.extension.manifest.name if row.app is not None else "",
            app_id=str(token.app_id),
            sandbox=is_sandbox(token.app_id),
            owner=OwnerOut.of(row.owner),
            place=row.place,
            verbs=sorted(token.grant.scope),
            posts_per_minute=token.grant.budget,
            state=token.state(now),
            created_at=iso(token.created_at),
            expires_at=iso(token.expires_at) if token.expires_at is not None else None,
            revoked_at=iso(token.revoked_at) if token.revoked_at is not None else None,
            revoked_reason=token.revoked_reason,
            last_used_at=iso(row.last_used_at) if row.last_used_at is not None else None,
            settings=row.settings,
            serves=list(token.serves),
        )


class TokensOut(Struct, frozen=True):
    tokens: list[TokenOut]


async def list_tokens(request: Request, caller: Caller) -> Response:
    listed = token_rows.list_all_of_org if is_on(request, "all") else token_rows.list_mine
    rows = await part(request, Database).read(listed, part(request, Desk), caller)
    now = part(request, Database).clock.now_ms()
    return ok(TokensOut([TokenOut.of(row, now) for row in rows]))


async def show(request: Request, caller: Caller) -> Response:
    token_id = token_rows.id_of(request.path_params["token"])
    row = await part(request, Database).read(token_rows.get_visible, part(request, Desk), caller, token_id)
    return _shown(request, row)


async def revoke(request: Request, caller: Caller) -> Response:
    token_id = token_rows.id_of(request.path_params["token"])
    row = await part(request, Database).write(token_rows.revoke, part(request, Desk), caller, token_id)
    return _shown(request, row)


async def set_budget(request: Request, caller: Caller) -> Response:
    token_id = token_rows.id_of(request.path_params["token"])
    budget = decode(await read_body(request), BudgetIn).posts_per_minute
    row = await part(request, Database).write(token_rows.set_budget, part(request, Desk), caller, token_id, budget)
    return _shown(request, row)


def _shown(request: Request, row: TokenRow) -> Response:
    return ok(TokenOut.of(row, part(request, Database).clock.now_ms()))
