"""What is done every minute, whether somebody asks for it or not. When it fails, everything goes on all the same."""

import asyncio
from collections.abc import Callable
from typing import Final

from keypost import log
from keypost.chat import deliveries
from keypost.clock import UnhurriedClock
from keypost.db.database import Database
from keypost.db.tx import Tx
from keypost.extensions import dialogs
from keypost.tokens import service as tokens
from keypost.tokens.register import Register
from keypost.webhooks import ledger

logger = log.get(__name__)

EVERY_S: Final = 60


class Upkeep:
    def __init__(self, database: Database, register: Register) -> None:
        self._database = database
        self._register = register
        self._clock = UnhurriedClock(database.clock)

    async def run(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            await self.do()

    async def do(self) -> None:
        await self.save_uses()
        await self._forget("deliveries", deliveries.forget_old)
        await self._forget("requests to extensions", ledger.forget_old)
        await self._forget("dialogs", dialogs.forget_old)

    async def save_uses(self) -> None:
        uses = self._register.take_uses()
        try:
            await self._database.write(tokens.save_uses, uses)
        except Exception as error:
            self._register.give_back_uses(uses)
            logger.warning("saving last uses failed", exc_info=error)

    async def _forget(self, what: str, some: Callable[[Tx, int], int]) -> None:
        """Some at a time, until none is left: between two times others write."""
        try:
            while await self._database.write(some, self._clock.now_ms()):
                pass
        except Exception as error:
            logger.warning("forgetting what is old failed", what=what, exc_info=error)
