from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from keypost.clock import MINUTE_MS
from keypost.extensions.manifest import Manifest, Permission
from keypost.ids import AppId, ChatId, ExtensionId, InvocationId, MessageId, OrgId, PersonId, TeamId, TokenId
from keypost.people.model import Person
from keypost.tokens.model import Grant


class Face(StrEnum):
    SANDBOX = "sandbox"
    PRODUCTION = "production"


class Reach(StrEnum):
    """Whom an installation serves."""

    ORGANISATION = "organisation"
    TEAM = "team"


class Outcome(StrEnum):
    ANSWERED = "answered"
    FAILED = "failed"
    LOST = "lost"


def is_folder(source: str) -> bool:
    return not source.startswith("https://")


class Extension(Struct, frozen=True, kw_only=True):
    """`source` is the folder of an extension that this server runs, or the https address of one that runs elsewhere.
    `signing_key` is sealed.
    """

    org_id: OrgId
    id: ExtensionId
    source: str
    manifest: Manifest
    signing_key: bytes
    public_key: str

    @property
    def is_local(self) -> bool:
        return is_folder(self.source)

    def is_as(self, source: str, manifest: Manifest) -> bool:
        return (self.source, self.manifest) == (source, manifest)


class App(Struct, frozen=True, kw_only=True):
    """One face of an extension, installed."""

    id: AppId
    face: Face
    appkey: str
    extension: Extension

    @property
    def org_id(self) -> OrgId:
        return self.extension.org_id

    @property
    def title(self) -> str:
        title = self.extension.manifest.title
        return title if self.face is Face.PRODUCTION else f"{title} (sandbox)"

    @property
    def bot_name(self) -> str:
        """The unique name of its bot."""
        name = self.extension.manifest.name
        return name if self.face is Face.PRODUCTION else f"{name}sandbox"

    @property
    def grant(self) -> Grant:
        request = self.extension.manifest.token
        return Grant(scope=request.scopes, budget=request.budget)


class Installation(Struct, frozen=True, kw_only=True):
    """An app that is switched on: for everybody, or for some teams."""

    org_id: OrgId
    app_id: AppId
    reach: Reach
    team_ids: frozenset[TeamId] = frozenset()

    def serves(self, person: Person) -> bool:
        return self.reach is Reach.ORGANISATION or not self.team_ids.isdisjoint(person.team_ids)


def one_face_each(apps: Sequence[App]) -> list[App]:
    """Of two faces of one extension the first: with production before sandbox, its production face."""
    first: dict[ExtensionId, App] = {}
    for app in apps:
        first.setdefault(app.extension.id, app)
    return list(first.values())


class MintRule(Struct, frozen=True, kw_only=True):
    """Who may mint tokens for an extension. `team_ids` are for `who="teams"`; a guest needs `guests` besides."""

    who: Literal["everybody", "teams", "admins", "nobody"] = "everybody"
    team_ids: frozenset[TeamId] = frozenset()
    guests: bool = False


class Dialog(Struct, frozen=True, kw_only=True):
    """A question that was put to one person, once: for this button or command, this function, at this address.

    A command has neither message nor button. `asked` is what was typed behind it, or the button as it stood then, in
    JSON. `permissions` are the personal data that the dialog asks consent for.
    """

    org_id: OrgId
    id: int
    person_id: PersonId
    chat_id: ChatId
    message_id: MessageId | None
    button: str | None
    asked: str
    permissions: frozenset[Permission]
    app_id: AppId
    function: str
    function_address: str


class Invocation(Struct, frozen=True, kw_only=True):
    """One call of an extension's handler. `replaces`: its token is to take the place of those before it."""

    org_id: OrgId
    id: InvocationId
    app_id: AppId
    handler: str
    name: str
    person_id: PersonId
    chat_id: ChatId | None = None
    message_id: MessageId | None = None
    token_id: TokenId | None = None
    replaces: bool = False


DIALOG_LIFE_MS = 10 * MINUTE_MS
LATE_ANSWER_LIFE_MS = 10 * MINUTE_MS
