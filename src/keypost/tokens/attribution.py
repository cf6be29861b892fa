"""Says beside a message which extension's token it came with. In memory: every message that is shown asks."""

from typing import Final

from keypost.chat.model import Message, PartyKind
from keypost.ids import AppId, OrgId
from keypost.people.directory import People
from keypost.tokens.model import Token
from keypost.tokens.register import Register

GONE: Final = "An extension that is gone"


class Attribution:
    """`titles` are filled by whoever knows extensions; a token knows its app's number alone."""

    def __init__(self, register: Register, people: People) -> None:
        self._register = register
        self._people = people
        self._titles: dict[tuple[OrgId, AppId], str] = {}

    def name_app(self, org_id: OrgId, app_id: AppId, title: str) -> None:
        self._titles[org_id, app_id] = title

    def of(self, message: Message) -> str:
        """E.g. `GitLab, token of Ada Lovelace`; for an extension's own message, which says what it is, the owner alone.
        Empty for what came without a token: what a person typed, or an extension answered.
        """
        if message.token_id is None:
            return ""
        token = self._register.find_by_id(message.org_id, message.token_id)
        if token is None:
            return GONE
        owner = f"token of {self._people.get(token.org_id, token.owner_id).name}"
        return owner if message.sender.kind is PartyKind.EXTENSION else f"{self.title(token)}, {owner}"

    def title(self, token: Token) -> str:
        """What the extension is called that a token was minted for."""
        return self._titles.get((token.org_id, token.app_id), GONE)
