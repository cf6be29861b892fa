"""Every address that is handed out, made from the configured base address alone."""

import secrets
from typing import Final

from keypost.extensions.model import App
from keypost.ids import OrgId, TokenId, show_token
from keypost.settings import Settings

NONCE_BITS: Final = 256


class Addresses:
    def __init__(self, settings: Settings) -> None:
        self._base = settings.address

    def of_company(self, org_id: OrgId) -> str:
        return f"{self._base}/company/{org_id}"

    def incoming(self, app: App, token_id: TokenId | None = None) -> str:
        """Where a third party posts for an app. With the token's id, a registered webhook tells whose it is."""
        return f"{self.of_company(app.org_id)}/api/v2/applications/{app.id}/incoming?{_query(app, token_id)}"

    def bot_incoming(self, app: App, token_id: TokenId | None = None) -> str:
        """The same, for the app's bot."""
        return f"{self.of_company(app.org_id)}/api/v2/bots/{app.bot_name}/incoming?{_query(app, token_id)}"

    def late_answer(self, app: App, nonce: str) -> str:
        """`nonce` is a `new_nonce`, which the extension alone is told."""
        return f"{self._base}/v2/extensions/{app.id}/responses/{nonce}"


def new_nonce() -> str:
    """Decimal, as the wire has it."""
    return str(secrets.randbits(NONCE_BITS))


def _query(app: App, token_id: TokenId | None) -> str:
    whose = f"&token={show_token(token_id)}" if token_id is not None else ""
    return f"appkey={app.appkey}{whose}"
