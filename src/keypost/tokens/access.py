"""Who may call: tools, with an extension token; to post, also with a person's API token."""

from typing import Final

from starlette.requests import Request

from keypost.caller import Admitted, Caller, Scope
from keypost.db.database import Database
from keypost.keys import Keys
from keypost.people.access import admit_api_token
from keypost.people.credential import API_TOKEN as API_TOKEN_PREFIX
from keypost.people.directory import People
from keypost.tokens.model import Carrier
from keypost.tokens.register import Register
from keypost.tokens.verify import Presented, verify
from keypost.web.client import address_of
from keypost.web.credentials import API_SCHEMES, TOKEN_SCHEMES, Carried, credential_of, token_of
from keypost.web.parts import Parts, parts_of
from keypost.web.routing import Access, Surface

TOKEN_REFUSES: Final = ("invalid_zapikey", "several_credentials", "scope_missing")


async def _by_token_of_app(request: Request) -> Caller:
    return _verified(parts_of(request), token_of(request), address_of(request), Scope.INCOMING).caller


async def _by_what_posts(request: Request) -> Caller:
    return _by_what_posts_now(parts_of(request), credential_of(request), address_of(request)).caller


def _by_what_posts_now(parts: Parts, carried: Carried | None, address: str) -> Admitted:
    return _by_either(parts, carried, address, Scope.POST)


async def _by_what_calls_bots(request: Request) -> Caller:
    return _by_either(parts_of(request), credential_of(request), address_of(request), Scope.INCOMING).caller


def _by_either(parts: Parts, carried: Carried | None, address: str, scope: Scope) -> Admitted:
    """By an extension token with the scope, or by an API token that posts: people's have one scope for both."""
    if carried is None or not _is_api_token(carried):
        return _verified(parts, carried, address, scope)
    caller = admit_api_token(parts, carried.text)
    caller.require(Scope.POST)
    return Admitted(caller=caller)


TOKEN_THAT_POSTS: Final = Access(
    "an extension token (kpt_, kpx_) or a person's API token (kpa_), with the scope post",
    Surface.WIRE,
    _by_what_posts,
    schemes=("token", "token_in_address", "api_token"),
    refuses=(*TOKEN_REFUSES, "oauthtoken_invalid"),
    admit_now=_by_what_posts_now,
)
TOKEN_FOR_BOT: Final = Access(
    "an extension token (kpt_, kpx_) with the scope incoming, or a person's API token (kpa_) with the scope post",
    Surface.WIRE,
    _by_what_calls_bots,
    schemes=("token", "token_in_address", "api_token"),
    refuses=(*TOKEN_REFUSES, "oauthtoken_invalid"),
)
TOKEN_OF_APP: Final = Access(
    "an extension token (kpt_, kpx_) with the scope incoming",
    Surface.WIRE,
    _by_token_of_app,
    schemes=("token", "token_in_address"),
    refuses=TOKEN_REFUSES,
)


def _is_api_token(carried: Carried) -> bool:
    """`Bearer` carries both kinds, so there the text tells; the other schemes are for one kind each."""
    if carried.scheme not in API_SCHEMES:
        return False
    return carried.scheme not in TOKEN_SCHEMES or carried.text.startswith(API_TOKEN_PREFIX)


def _verified(parts: Parts, carried: Carried | None, address: str, scope: Scope) -> Admitted:
    register, now = parts.get(Register), parts.get(Database).clock.now_ms()
    admitted = verify(register, parts.get(People), parts.get(Keys), _presented(carried, address), now)
    admitted.caller.require(scope)
    return admitted


def _presented(carried: Carried | None, address: str) -> Presented | None:
    if carried is None:
        return None
    return Presented(carried.text, Carrier.QUERY if carried.in_query else Carrier.HEADER, address)
