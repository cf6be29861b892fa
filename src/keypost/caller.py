"""Who is asking, and with what.

A caller is made once per request, by the one enforcement point (`web/door.py`), and handed down.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import NoReturn

from msgspec import Struct

from keypost.errors import Fault, Forbidden
from keypost.ids import ApiTokenId, AppId, OrgId, PersonId, TokenId


class Scope(StrEnum):
    """What a credential may be used for. A page session has all of `PERSON`; a token has what its row says."""

    POST = "post"
    """Post messages where the owner may."""
    INCOMING = "incoming"
    """Call its own extension's incoming webhook handler."""
    MENTION_ALL = "mention.all"
    """Call everybody in a chat, with `{@all}` or `{@available}` in a message. A guest's credential never has it in
    effect."""
    READ = "messages.read"
    """Read messages where the owner may."""
    PERSON = "person"
    """Everything a person does on the pages: press buttons, run commands, see and revoke their tokens."""
    ADMIN = "admin"
    """Administer the organisation: people, channels, extensions, everybody's tokens. Only an admin's credential has
    it in effect."""
    OPERATOR = "operator"
    """Add extensions that this machine runs, from folders of this machine."""


class Means(StrEnum):
    SESSION = "session"
    TOKEN = "token"
    API_TOKEN = "api_token"


class Caller(Struct, frozen=True, kw_only=True):
    """A person of an organisation and the credential they came with.

    `token_id` and `app_id` are set for an extension token: the token, and the app it was minted for; `api_token_id` for
    an API token.
    """

    org_id: OrgId
    person_id: PersonId
    means: Means
    scopes: frozenset[Scope]
    token_id: TokenId | None = None
    app_id: AppId | None = None
    api_token_id: ApiTokenId | None = None

    @property
    def credential_id(self) -> TokenId | ApiTokenId | None:
        """What a tool came with: ids of both kinds come from one source, so that no two are alike."""
        return self.token_id or self.api_token_id

    @property
    def token(self) -> TokenId:
        """The token it came with, where the route admits nobody without one."""
        if self.token_id is None:
            raise Fault("This caller came without a token.")
        return self.token_id

    def require(self, scope: Scope) -> None:
        if scope not in self.scopes:
            _refuse(scope)


def _refuse(scope: Scope) -> NoReturn:
    raise Forbidden("scope_missing", f"This credential does not have the scope {scope}.")


class Admitted(Struct, frozen=True, kw_only=True):
    """A caller, and what the same credential is admitted by again, as long as memory does not change: before `ends_at`
    (milliseconds; None for a credential that time alone does not end), and `note_use` is told when.
    """

    caller: Caller
    ends_at: int | None = None
    note_use: Callable[[int], None] = lambda _now: None
