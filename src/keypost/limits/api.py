"""Limits, for programs of admins."""

from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.db.database import Database
from keypost.limits.budgets import Budgets
from keypost.messages.decoding import decode
from keypost.people.administration import require_admin
from keypost.people.administration import set_posts_per_minute as set_of_org
from keypost.people.directory import People
from keypost.settings import POSTS_PER_MINUTE_MAX, Limits, Settings
from keypost.web.body import read_body
from keypost.web.parts import part
from keypost.web.replies import ok


class BudgetIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Null takes the number away that was chosen; 0 is no bound."""

    posts_per_minute: Annotated[int, Meta(ge=0, le=POSTS_PER_MINUTE_MAX)] | None


class LimitsOut(Struct, frozen=True, kw_only=True):
    """`limits` says whose rules hold. `posts_per_minute` is what the organisation chose for each of its tokens, null if
    nothing; `posts_per_minute_of_server` holds where nothing was chosen. The last two are what a person's tokens may
    make together, and what a chat takes from all tokens together. 0 is no bound.
    """

    limits: Limits
    posts_per_minute: int | None
    posts_per_minute_of_server: int
    posts_per_minute_of_person: int
    posts_per_minute_in_chat: int


async def show(request: Request, caller: Caller) -> Response:
    require_admin(part(request, People), caller)
    return _shown(request, caller)


async def set_posts_per_minute(request: Request, caller: Caller) -> Response:
    chosen = decode(await read_body(request), BudgetIn).posts_per_minute
    await part(request, Database).write(set_of_org, part(request, People), caller, chosen)
    return _shown(request, caller)


def _shown(request: Request, caller: Caller) -> Response:
    budgets = part(request, Budgets)
    of_person, in_chat = budgets.shared_in(caller.org_id)
    return ok(
        LimitsOut(
            limits=part(request, Settings).limits,
            posts_per_minute=part(request, People).org(caller.org_id).posts_per_minute,
            posts_per_minute_of_server=budgets.of_server,
            posts_per_minute_of_person=of_person,
            posts_per_minute_in_chat=in_chat,
        )
    )
