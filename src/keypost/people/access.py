"""Who may call: people by their session, and with their API tokens."""

from typing import Final

from starlette.requests import Request

from keypost.caller import Caller, Means, Scope
from keypost.db.database import Database
from keypost.errors import Unauthenticated
from keypost.keys import Keys
from keypost.people import service
from keypost.people.cookie import SessionCookie
from keypost.people.directory import People
from keypost.web.credentials import api_token_of
from keypost.web.parts import Parts, part, parts_of
from keypost.web.routing import Access, Surface

EVERYTHING_ON_PAGES: Final = frozenset({Scope.POST, Scope.MENTION_ALL, Scope.READ, Scope.PERSON, Scope.ADMIN})


async def _by_session(request: Request) -> Caller:
    session = part(request, SessionCookie).read(request)
    found = None
    if session is not None:
        found = await part(request, Database).read(service.find_session, part(request, Keys), session)
    if found is None or part(request, People).find_active(*found) is None:
        raise await _nobody(request, session)
    org_id, person_id = found
    return Caller(org_id=org_id, person_id=person_id, means=Means.SESSION, scopes=EVERYTHING_ON_PAGES)


async def _nobody(request: Request, session: str | None) -> Unauthenticated:
    """Whoever was let in once and is not any more reads why: their browser still has the session that ended."""
    keys, was = part(request, Keys), None
    if session is not None:
        was = await part(request, Database).read(service.whose_session, keys, session)
    person = part(request, People).find(*was) if was is not None else None
    if person is not None and not person.is_active:
        sentence = "You were deactivated: you are signed out, and your tokens post nothing any more."
        return Unauthenticated("deactivated", sentence)
    return Unauthenticated("not_signed_in", "You are not signed in. Open a sign-in link that was made for you.")


def admit_api_token(parts: Parts, text: str | None) -> Caller:
    """The person whose API token this is, with the scopes that it has. `text` is None for a request without one."""
    people = parts.get(People)
    found = people.api_tokens.find(parts.get(Keys).digest(text)) if text is not None else None
    if found is None or people.find_active(found.org_id, found.person_id) is None:
        raise Unauthenticated("oauthtoken_invalid", "The API token is missing, not valid, or has ended.")
    return Caller(
        org_id=found.org_id,
        person_id=found.person_id,
        means=Means.API_TOKEN,
        scopes=found.scopes,
        api_token_id=found.id,
    )


async def _by_api_token(request: Request) -> Caller:
    carried = api_token_of(request)
    return admit_api_token(parts_of(request), carried.text if carried is not None else None)


SESSION: Final = Access("a person's session cookie", Surface.PAGE, _by_session)
API_TOKEN: Final = Access(
    "a person's API token (kpa_)",
    Surface.WIRE,
    _by_api_token,
    schemes=("api_token",),
    refuses=("oauthtoken_invalid", "several_credentials", "scope_missing"),
)
