from enum import StrEnum
from typing import Any

from msgspec import Struct

from keypost.caller import Scope
from keypost.ids import AppId, ChatId, MessageId, OrgId, PersonId, TokenId
from keypost_sdk.content import Served


class Carrier(StrEnum):
    """Where in a request a secret can travel."""

    HEADER = "header"
    QUERY = "query"


class OwnerKind(StrEnum):
    PERSON = "person"


class Grant(Struct, frozen=True, kw_only=True):
    """What a token may do. `networks` are CIDR blocks (none = from anywhere); `budget` is posts a minute (None = as its
    organisation says, 0 = no bound).
    """

    scope: frozenset[Scope]
    carriers: frozenset[Carrier] = frozenset(Carrier)
    networks: tuple[str, ...] = ()
    budget: int | None = None


class Origin(Struct, frozen=True, kw_only=True):
    """Where the token was asked for; what its extension says on its own goes to that chat. Without message and button
    for a token that was not asked for by one.
    """

    chat_id: ChatId
    message_id: MessageId | None = None
    button: str | None = None


class State(StrEnum):
    LIVE = "live"
    ENDS = "ends"
    OVER = "over"


class Told(StrEnum):
    """What became of telling an extension that one of its tokens has ended."""

    TOLD = "told"
    NOT_ASKED = "not asked"
    GIVEN_UP = "given up"


class Token(Struct, frozen=True, kw_only=True):
    """`settings` are what its owner chose for it, judged, without what was left at its default. `serves` is what its
    extension says that it connects. `revoked_reason` is also set on a token that was replaced, before it ends.
    `told` is None until its extension was told of its end.
    """

    org_id: OrgId
    id: TokenId
    owner_id: PersonId
    app_id: AppId
    grant: Grant
    created_at: int
    owner_kind: OwnerKind = OwnerKind.PERSON
    origin: Origin | None = None
    expires_at: int | None = None
    paused_at: int | None = None
    revoked_at: int | None = None
    revoked_reason: str | None = None
    last_used_at: int | None = None
    settings: dict[str, Any] = {}
    serves: tuple[Served, ...] = ()
    told: Told | None = None

    @property
    def is_from_button(self) -> bool:
        return self.origin is not None and self.origin.button is not None

    def is_usable(self, now: int) -> bool:
        ended = self.revoked_at is not None or self.paused_at is not None
        return not ended and (self.expires_at is None or now < self.expires_at)

    def ended_at(self, now: int) -> int | None:
        """When it ended for good; None while it has not. A pause is no end."""
        return min((at for at in (self.revoked_at, self.expires_at) if at is not None and at <= now), default=None)

    @property
    def reason(self) -> str:
        """Why it ended or will."""
        return self.revoked_reason or "expired"

    def state(self, now: int) -> State:
        if not self.is_usable(now):
            return State.OVER
        return State.LIVE if self.expires_at is None else State.ENDS


class TokenSecret(Struct, frozen=True, kw_only=True):
    """One of a token's secrets, as its digest. `retires_at` ends it alone, when another has taken its place."""

    org_id: OrgId
    token_id: TokenId
    digest: bytes
    retires_at: int | None = None
