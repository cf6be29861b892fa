"""Answers of extensions that took longer than a call waits: to what a person did, or to a third party's request."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from keypost.db.database import Database
from keypost.errors import Forbidden, NotFound
from keypost.extensions import outcomes
from keypost.extensions import service as extensions
from keypost.extensions.desk import Desk
from keypost.ids import AppId, OrgId, read_number
from keypost.messages.decoding import decode_any
from keypost.web.body import read_body
from keypost.web.parts import part
from keypost.web.replies import no_content
from keypost.webhooks import concluding


async def respond(request: Request) -> Response:
    """Takes one late answer. The address holds a nonce that only the called extension knows, and works once."""
    app_id = read_number(request.path_params["app"])
    if app_id is None:
        raise NotFound("response_not_expected", "No answer is expected at this address, or no longer.")
    await _require_own_company(request, AppId(app_id))
    output = _output(decode_any(await read_body(request)))
    expected = part(request, Desk), AppId(app_id), request.path_params["nonce"], output
    if not await concluding.finish_late(*expected):
        await outcomes.finish_late(*expected)
    return no_content()


async def _require_own_company(request: Request, app_id: AppId) -> None:
    """Nobody is the caller here: the organisation in the address must be the application's."""
    named = request.path_params.get("org")
    if named is None:
        return
    org_id = read_number(named)
    app = await part(request, Database).read(extensions.find_app, OrgId(org_id), app_id) if org_id is not None else None
    if app is None:
        raise Forbidden("invalid_access", "This application does not belong to the organisation in the address.")


def _output(body: Any) -> Any:
    """Some senders put the JSON into a JSON string; the wire wraps an answer in `output`, late ones come bare too."""
    if isinstance(body, str):
        body = decode_any(body.encode())
    if isinstance(body, dict) and body.keys() == {"output"}:
        return body["output"]
    return body
