from enum import StrEnum

from msgspec import Struct

from keypost.ids import AppId, IngressId, OrgId, PersonId, TokenId


class Outcome(StrEnum):
    HANDLED = "handled"
    GIVEN_UP = "given up"


class Ingress(Struct, frozen=True, kw_only=True):
    """A request from a third party to an extension: stored before it is answered, kept until it is handled.

    `headers` and `params` are without credentials; `body` is as it came. `attempts` counts calls of the handler.
    """

    org_id: OrgId
    id: IngressId
    app_id: AppId
    token_id: TokenId
    person_id: PersonId
    method: str
    headers: dict[str, str]
    params: dict[str, str]
    body: bytes
    attempts: int = 0
