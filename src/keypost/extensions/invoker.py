"""Calls an extension: the body made canonical, signed with the extension's key, sent once."""

import asyncio

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from keypost.clock import Clock
from keypost.delivery import signing
from keypost.delivery.answer import Answer
from keypost.delivery.canonical import canonical
from keypost.delivery.outbound import Outbound
from keypost.extensions.calls import Call
from keypost.extensions.model import App, Extension
from keypost.extensions.service import SIGNING_KEY
from keypost.extensions.supervisor import Supervisor
from keypost.ids import ExtensionId
from keypost.keys import Keys


class Invoker:
    def __init__(self, clock: Clock, keys: Keys, outbound: Outbound, supervisor: Supervisor) -> None:
        self._clock = clock
        self._keys = keys
        self._outbound = outbound
        self._supervisor = supervisor
        self._signing_keys: dict[ExtensionId, RSAPrivateKey] = {}

    async def invoke(self, app: App, call: Call, response_url: str = "") -> Answer:
        return await self.call(app.extension, call, response_url)

    async def call(self, extension: Extension, call: Call, response_url: str = "") -> Answer:
        return await self.call_at(await self._supervisor.reach(extension), extension, call, response_url)

    async def call_at(self, address: str, extension: Extension, call: Call, response_url: str = "") -> Answer:
        """At an address that the supervisor gave: the only ones with plain http, and then on this machine."""
        # Milliseconds of pure computing: not in the loop that everybody waits for.
        body, signature = await asyncio.to_thread(self._signed, extension, call, response_url)
        local = self._supervisor.local_addresses() if address.startswith("http://") else frozenset()
        return await self._outbound.call(address, body, signature, local=local)

    def _signed(self, extension: Extension, call: Call, response_url: str) -> tuple[bytes, str]:
        body = canonical(call.body(self._clock.now_ms(), response_url))
        return body, signing.sign(self._signing_key(extension), body)

    async def close(self) -> None:
        await self._outbound.close()

    def address(self, app: App) -> str:
        return self._supervisor.address(app.extension)

    def _signing_key(self, extension: Extension) -> RSAPrivateKey:
        key = self._signing_keys.get(extension.id)
        if key is None:
            key = signing.from_bytes(self._keys.unseal(extension.signing_key, purpose=SIGNING_KEY))
            self._signing_keys[extension.id] = key
        return key
