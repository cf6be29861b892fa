"""Takes credentials out of a request before anybody else sees it.

A secret in the query is forced on us by the wire; it leaves the address here, ahead of every logger and handler.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias
from urllib.parse import unquote_plus

from msgspec import Struct
from starlette.requests import Request

from keypost.errors import Invalid

HEADER_SHOWN: Final = "X-Keypost-Token"
HEADER: Final = HEADER_SHOWN.lower()
AUTHORIZATION: Final = b"authorization"
QUERY_NAMES: Final = frozenset({"zapikey", "authtoken"})
TOKEN_SCHEMES: Final = frozenset({"zoho-zapikey", "bearer"})
API_SCHEMES: Final = frozenset({"zoho-oauthtoken", "bearer"})
EITHER_SCHEMES: Final = TOKEN_SCHEMES | API_SCHEMES
_FIELD: Final = HEADER.encode()
PRIVATE_FIELDS: Final = frozenset({_FIELD, AUTHORIZATION, b"proxy-authorization", b"cookie"})
"""Fields of a head that carry credentials, ours or of others."""

Fields: TypeAlias = Iterable[tuple[bytes, bytes]]
"""Of a request's head: names in small letters, and what they say."""


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
    return _only(_carried(request.headers.raw, request.scope["state"]["secrets"], TOKEN_SCHEMES))


def api_token_of(request: Request) -> Carried | None:
    return _only([carried for carried in _carried(request.headers.raw, (), API_SCHEMES) if carried.scheme])


def credential_of(request: Request) -> Carried | None:
    """The one credential of a request that may come with either kind."""
    return credential_in(request.headers.raw, request.scope["state"]["secrets"])


def credential_in(fields: Fields, secrets: Sequence[str]) -> Carried | None:
    """The same of a request's fields, and of the secrets that were taken out of its address."""
    return _only(_carried(fields, secrets, EITHER_SCHEMES))


def without_credentials(fields: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    return {name: value for name, value in fields.items() if name not in PRIVATE_FIELDS}


def _carried(fields: Fields, secrets: Sequence[str], schemes: frozenset[str]) -> list[Carried]:
    found = []
    for name, value in fields:
        if name == _FIELD:
            found.append(Carried(value.decode("latin-1")))
        elif name == AUTHORIZATION:
            scheme, _, text = value.decode("latin-1").strip().partition(" ")
            if scheme.lower() in schemes:
                found.append(Carried(text.strip(), scheme=scheme.lower()))
    return found + [Carried(text, in_query=True) for text in secrets]


def _only(found: list[Carried]) -> Carried | None:
    if len(found) > 1:
        raise Invalid("several_credentials", "The request carries more than one token. Send one, in one place.")
    return found[0] if found else None


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
