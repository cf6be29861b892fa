"""Secrets that their new owner may look at, once, for a short while after minting. In memory alone."""

import asyncio
import secrets
from typing import Final

from msgspec import Struct

from keypost.clock import MINUTE_MS, SECOND_MS, Clock
from keypost.errors import NotFound
from keypost.extensions.model import App
from keypost.ids import OrgId, PersonId, TokenId
from keypost_sdk.secret import Secret

LIFE_MS: Final = 5 * MINUTE_MS


class Reveal(Struct, frozen=True):
    org_id: OrgId
    person_id: PersonId
    app: App
    token_id: TokenId
    secret: Secret
    until: int


class Reveals:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[str, Reveal] = {}

    def offer(self, person_id: PersonId, app: App, token_id: TokenId, secret: Secret) -> str:
        """Keeps the secret for a look; answers the nonce that asks for it."""
        nonce = secrets.token_urlsafe()
        until = self._clock.now_ms() + LIFE_MS
        self._waiting[nonce] = Reveal(app.org_id, person_id, app, token_id, secret, until)
        asyncio.get_running_loop().call_later(LIFE_MS / SECOND_MS, self._waiting.pop, nonce, None)
        return nonce

    def take(self, org_id: OrgId, person_id: PersonId, nonce: str) -> Reveal:
        reveal = self._waiting.get(nonce)
        mine = reveal is not None and (reveal.org_id, reveal.person_id) == (org_id, person_id)
        if reveal is None or not mine or reveal.until <= self._clock.now_ms():
            raise NotFound("reveal_over", "This was shown already, or too much time has passed. Make a new token.")
        del self._waiting[nonce]
        return reveal
