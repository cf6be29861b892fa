"""The ledger, for programs: what third-party apps sent to an extension, and what became of it."""

from typing import Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.clock import iso
from keypost.db.database import Database
from keypost.db.tx import Tx
from keypost.extensions import service as extensions
from keypost.ids import show_token
from keypost.people.administration import require_admin
from keypost.people.directory import People
from keypost.web.parts import part
from keypost.web.query import limit_of
from keypost.web.replies import ok
from keypost.webhooks import store
from keypost.webhooks.model import Entry, Outcome

REQUESTS_MAX: Final = 100
"""The most that one reading answers."""


class RequestOut(Struct, frozen=True, kw_only=True):
    """`outcome` is null while the request waits for its handler; `detail` then says why, and afterwards why not.
    `attempts` counts the calls of the handler, `token` is the one that the request came with, null for a person's API
    token.
    """

    id: str
    received_at: str
    method: str
    outcome: Outcome | None
    detail: str
    attempts: int
    token: str | None

    @classmethod
    def of(cls, entry: Entry) -> "RequestOut":
        return cls(
            id=str(entry.id),
            received_at=iso(entry.received_at),
            method=entry.method,
            outcome=entry.outcome,
            detail=entry.detail,
            attempts=entry.attempts,
            token=show_token(entry.token_id) if entry.token_id is not None else None,
        )


class RequestsOut(Struct, frozen=True):
    requests: list[RequestOut]


async def list_requests(request: Request, caller: Caller) -> Response:
    """The newest requests to an extension, newest first."""
    people, name = part(request, People), request.path_params["name"]
    found = await part(request, Database).read(_entries, people, caller, name, limit_of(request, REQUESTS_MAX))
    return ok(RequestsOut([RequestOut.of(entry) for entry in found]))


def _entries(tx: Tx, people: People, caller: Caller, name: str, limit: int) -> list[Entry]:
    require_admin(people, caller)
    extension = extensions.get_named(tx, caller.org_id, name)
    app_ids = {app.id for app in extensions.list_faces(tx, extension)}
    return store.list_entries(tx, caller.org_id, app_ids, limit)
