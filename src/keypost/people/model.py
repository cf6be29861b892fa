from enum import StrEnum

from msgspec import Struct

from keypost.caller import Scope
from keypost.ids import ApiTokenId, OrgId, PersonId, TeamId


class Organisation(Struct, frozen=True, kw_only=True):
    """`posts_per_minute` is for each token without a budget of its own: None as the server says, 0 no bound."""

    id: OrgId
    name: str
    posts_per_minute: int | None = None


class Role(StrEnum):
    GUEST = "guest"
    """From outside: takes part where somebody added them, and mints tokens only where it is said that guests may."""
    MEMBER = "member"
    ADMIN = "admin"


class Person(Struct, frozen=True, kw_only=True):
    """`timezone` is an IANA name, `country` and `language` are two letters."""

    org_id: OrgId
    id: PersonId
    email: str
    first_name: str
    last_name: str
    role: Role
    timezone: str = "UTC"
    country: str = ""
    language: str = "en"
    deactivated_at: int | None = None
    team_ids: frozenset[TeamId] = frozenset()

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_active(self) -> bool:
        return self.deactivated_at is None

    @property
    def is_guest(self) -> bool:
        return self.role is Role.GUEST

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN


class ApiToken(Struct, frozen=True, kw_only=True):
    """A person's credential for programs. `digest` is what is kept of its secret."""

    org_id: OrgId
    id: ApiTokenId
    person_id: PersonId
    digest: bytes
    scopes: frozenset[Scope]
