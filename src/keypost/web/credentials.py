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
    """What stood where a secret is expected. `in_query` tells how it came."""

    text: str
    in_query: bool

    def __repr__(self) -> str:
        return "Carried(•••)"


def token_of(request: Request) -> Carried | None:
    """The one extension token that the request carries. Two carriers, or one twice, is a refusal."""
    found = [Carried(text, in_query=False) for text in request.headers.getlist(HEADER)]
    found += [Carried(text, in_query=False) for text in _authorization(request.headers, TOKEN_SCHEMES)]
    found += [Carried(text, in_query=True) for text in request.scope["state"]["secrets"]]
    return _only(found)


def api_token_of(request: Request) -> Carried | None:
    return _only([Carried(text, in_query=False) for text in _authorization(request.headers, API_SCHEMES)])


def _only(found: list[Carried]) -> Carried | None:
    if len(found) > 1:
        raise Invalid("several_credentials", "The request carries more than one token. Send one, in one place.")
    return found[0] if found else None


def _authorization(headers: Headers, schemes: frozenset[str]) -> list[str]:
    values = [value.strip().partition(" ") for value in headers.getlist("authorization")]
    return [text.strip() for scheme, _, text in values if scheme.lower() in schemes]


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
