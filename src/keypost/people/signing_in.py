"""Signing in with a link that works once, and signing out."""

from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.db.database import Database
from keypost.errors import NotFound, Unauthenticated
from keypost.keys import Keys
from keypost.people import service
from keypost.people.access import SESSION
from keypost.people.cookie import SessionCookie
from keypost.people.directory import People
from keypost.web.pages import page
from keypost.web.parts import part
from keypost.web.replies import see


async def show_sign_in(request: Request) -> Response:
    """Shows whose link it is. Looking does not spend it: mail scanners and previews look too. One that is over leads
    its person, as long as they are signed in, to where it led the first time.
    """
    database, keys, secret = part(request, Database), part(request, Keys), request.path_params["secret"]
    try:
        org_id, person_id = await database.read(service.whose_link, keys, secret)
    except NotFound:
        with suppress(Unauthenticated):
            caller, owner = await SESSION.admit(request), await database.read(service.find_link_owner, keys, secret)
            if caller is not None and owner == (caller.org_id, caller.person_id):
                return see("/")
        raise
    people = part(request, People)
    person = people.get(org_id, person_id)
    return page(request, "people/sign_in.html", person_name=person.name, org_name=people.org_name(org_id))


async def sign_in(request: Request) -> Response:
    session = await part(request, Database).write(service.sign_in, part(request, Keys), request.path_params["secret"])
    response = see("/")
    part(request, SessionCookie).write(response, session)
    return response


async def sign_out(request: Request, caller: Caller) -> Response:
    cookie = part(request, SessionCookie)
    session = cookie.read(request)
    if session is not None:
        keys = part(request, Keys)
        await part(request, Database).write(service.sign_out, keys, caller.org_id, caller.person_id, session)
    response = see("/signed-out")
    cookie.clear(response)
    return response


async def signed_out(request: Request) -> Response:
    return page(
        request,
        "problem.html",
        status=200,
        code="signed_out",
        title="Signed out",
        sentence="To come back, open a new sign-in link.",
        reference="",
    )
