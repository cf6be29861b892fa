from enum import StrEnum

from msgspec import Struct

from keypost.ids import AppId, IngressId, OrgId, PersonId, TokenId


class Outcome(StrEnum):
    """How a request ended: the handler took it, said no on purpose, or could not be brought to answer."""

    HANDLED = "handled"
    REFUSED = "refused"
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


class Entry(Struct, frozen=True, kw_only=True):
    """What the ledger says of a request. `outcome` is None while it waits for its handler; `detail` is why it does, or
    what the handler said no with.
    """

    id: IngressId
    token_id: TokenId
    received_at: int
    method: str
    outcome: Outcome | None
    detail: str
    attempts: int
