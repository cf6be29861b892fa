"""Takes credentials out of a request before anybody else sees it.

A secret in the query is forced on us by the wire; it leaves the address here, ahead of every logger and handler.
"""

from typing import Final
from urllib.parse import unquote_plus

from msgspec import Struct
from starlette.datastructures import Headers
from starlette.requests import Request

from keypost.errors import Invalid

HEADER_SHOWN: Final = "X-Keypost-Token"
HEADER: Final = HEADER_SHOWN.lower()
QUERY_NAMES: Final = frozenset({"zapikey", "authtoken"})
TOKEN_SCHEMES: Final = frozenset({"zoho-zapikey", "bearer"})
API_SCHEMES: Final = frozenset({"zoho-oauthtoken", "bearer"})


class Carried(Struct, frozen=True):
    """What stood where a secret is expected, and how it came: in the query, or in `Authorization` with a scheme (in
    small letters; empty for our own header).
    """

    text: str
    in_query: bool = False
    scheme: str = ""

    def __repr__(self) -> str:
        return "Carried(•••)"


def token_of(request: Request) -> Carried | None:
    """The one extension token that the request carries. Two carriers, or one twice, is a refusal."""
    return _only(_with_query(request, TOKEN_SCHEMES))


def api_token_of(request: Request) -> Carried | None:
    return _only(_authorization(request.headers, API_SCHEMES))


def credential_of(request: Request) -> Carried | None:
    """The one credential of a request that may come with either kind."""
    return _only(_with_query(request, TOKEN_SCHEMES | API_SCHEMES))


def _with_query(request: Request, schemes: frozenset[str]) -> list[Carried]:
    found = [Carried(text) for text in request.headers.getlist(HEADER)]
    found += _authorization(request.headers, schemes)
    return found + [Carried(text, in_query=True) for text in request.scope["state"]["secrets"]]


def _only(found: list[Carried]) -> Carried | None:
    if len(found) > 1:
        raise Invalid("several_credentials", "The request carries more than one token. Send one, in one place.")
    return found[0] if found else None


def _authorization(headers: Headers, schemes: frozenset[str]) -> list[Carried]:
    values = [value.strip().partition(" ") for value in headers.getlist("authorization")]
    return [Carried(text.strip(), scheme=scheme.lower()) for scheme, _, text in values if scheme.lower() in schemes]


def take_secrets(query: bytes) -> tuple[bytes, list[str]]:
    """The query without secrets, and the secrets. Names are compared decoded, so `zapi%6bey` hides nothing."""
    if not query:
        return query, []
    kept, taken = [], []
    for piece in query.split(b"&"):
        name, _, value = piece.partition(b"=")
        if _decoded(name) in QUERY_NAMES:
            taken.append(_decoded(value))
        else:
            kept.append(piece)
    return b"&".join(kept), taken


def _decoded(text: bytes) -> str:
    return unquote_plus(text.decode("latin-1"))
