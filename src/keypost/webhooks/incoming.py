"""A third-party app posts to an extension: stored, answered, handed to the extension's incoming handler."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.db.database import Database
from keypost.db.tx import Tx
from keypost.delivery.answer import Answer, Answered, Failed
from keypost.errors import Forbidden, Invalid, NotFound
from keypost.extensions import service as extensions
from keypost.extensions.model import App
from keypost.ids import AppId, IngressId, read_number
from keypost.log import mask
from keypost.people.directory import People
from keypost.tokens.leaks import masked
from keypost.web.body import RAW_MAX, read_body
from keypost.web.credentials import HEADER
from keypost.web.parts import part
from keypost.web.replies import no_content, ok
from keypost.webhooks import store
from keypost.webhooks.apps import appkey_of, present, require_key, require_served
from keypost.webhooks.dispatcher import Dispatcher
from keypost.webhooks.model import Ingress

PATIENCE_S: Final = 4.0
"""How long the third party waits for the handler's own answer; the request is stored before that in any case."""
PRIVATE_HEADERS: Final = frozenset({HEADER, "authorization", "proxy-authorization", "cookie", "x-gitlab-token"})
PRIVATE_PARAMS: Final = frozenset({"appkey", "extension_key", "zapikey", "authtoken"})


async def receive(request: Request, caller: Caller) -> Response:
    people, dispatcher = part(request, People), part(request, Dispatcher)
    appkey = appkey_of(request)
    app = await part(request, Database).read(_find_app, people, caller, request.path_params["app"], appkey)
    body = await read_body(request, RAW_MAX)

    stored = await part(request, Database).write(_store, caller, app, _visible(request), masked(body))
    handling = dispatcher.submit(stored.org_id, stored.id, app.id)
    try:
        async with asyncio.timeout(PATIENCE_S):
            answer = await asyncio.shield(handling)
    except TimeoutError:
        answer = None
    return _told(answer)


def _find_app(tx: Tx, people: People, caller: Caller, shown_app: str, appkey: str | None) -> App:
    """The app of the address, if the key is its key, the token was minted for it, and it still serves the owner."""
    given, app_id = present(appkey), read_number(shown_app)
    app = extensions.find_app(tx, caller.org_id, AppId(app_id)) if app_id is not None else None
    if app is None:
        raise NotFound("application_not_found", "There is no such application.")
    require_key(app, given)
    if caller.app_id != app.id:
        raise Forbidden("invalid_access", "This token was made for another application.")
    require_served(tx, people, caller, app)
    return app


def _visible(request: Request) -> tuple[str, dict[str, str], dict[str, str]]:
    """What the handler may see of the request: method, headers and parameters, without credentials.

    People paste a token into other fields of a sender too (a `secret token`): it is masked wherever it stands.
    """
    headers = {mask(name): mask(value) for name, value in request.headers.items() if name not in PRIVATE_HEADERS}
    params = {mask(name): mask(value) for name, value in request.query_params.items() if name not in PRIVATE_PARAMS}
    return request.method, _storable(headers), _storable(params)


def _storable(texts: dict[str, str]) -> dict[str, str]:
    """NUL is in no honest header or parameter, and PostgreSQL stores none."""
    if any("\x00" in name or "\x00" in value for name, value in texts.items()):
        raise Invalid("invalid_inputs", "a header or parameter has a NUL character")
    return texts


def _store(
    tx: Tx, caller: Caller, app: App, visible: tuple[str, dict[str, str], dict[str, str]], body: bytes
) -> Ingress:
    method, headers, params = visible
    request = Ingress(
        org_id=caller.org_id,
        id=IngressId(tx.new_id()),
        app_id=app.id,
        token_id=caller.token,
        person_id=caller.person_id,
        method=method,
        headers=headers,
        params=params,
        body=body,
    )
    store.add(tx, request)
    return request


def _told(answer: Answer | None) -> Response:
    """The handler's map is the answer, as on the wire, and its no is ours; everything else is 204."""
    match answer:
        case Failed(detail=sentence):
            raise Invalid("refused_by_extension", sentence)
        case Answered(output=dict() as output) if output:
            return ok(output)
        case _:
            return no_content()
