"""Says beside a message which extension's token it came with. In memory: every message that is shown asks."""

from keypost.chat.model import Message
from keypost.ids import AppId, OrgId
from keypost.tokens.register import Register


class Attribution:
    """`titles` are filled by whoever knows extensions; a token knows its app's number alone."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._titles: dict[tuple[OrgId, AppId], str] = {}

    def name_app(self, org_id: OrgId, app_id: AppId, title: str) -> None:
        self._titles[org_id, app_id] = title

    def of(self, message: Message) -> str:
        """E.g. `GitLab, token of Ada Lovelace`; empty for what a person typed, or a bot or extension said."""
        if message.token_id is None:
            return ""
        token = self._register.find_by_id(message.org_id, message.token_id)
        title = self._titles.get((message.org_id, token.app_id)) if token is not None else None
        return f"{title or 'A tool'}, token of {message.sender.name}"
