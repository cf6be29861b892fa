"""Every address that is handed out, made from the configured base address alone."""

from keypost.extensions.model import App
from keypost.ids import OrgId, TokenId, show_token
from keypost.settings import Settings


class Addresses:
    def __init__(self, settings: Settings) -> None:
        self._base = settings.address

    def of_company(self, org_id: OrgId) -> str:
        return f"{self._base}/company/{org_id}"

    def incoming(self, app: App, token_id: TokenId | None = None) -> str:
        """Where a third party posts for an app. With the token's id, a registered webhook tells whose it is."""
        whose = f"&token={show_token(token_id)}" if token_id is not None else ""
        return f"{self.of_company(app.org_id)}/api/v2/applications/{app.id}/incoming?appkey={app.appkey}{whose}"

    def late_answer(self, app: App, nonce: str) -> str:
        return f"{self._base}/v2/extensions/{app.id}/responses/{nonce}"
