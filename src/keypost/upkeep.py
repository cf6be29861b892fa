"""What is done every minute, whether somebody asks for it or not. When it fails, everything goes on all the same."""

import asyncio
from typing import Final

from keypost import log
from keypost.clock import UnhurriedClock
from keypost.db.database import Database
from keypost.tokens import service as tokens
from keypost.tokens.register import Register
from keypost.webhooks import deliveries

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
        await self._forget_deliveries()

    async def save_uses(self) -> None:
        try:
            await self._database.write(tokens.save_uses, self._register.take_uses())
        except Exception as error:
            logger.warning("saving last uses failed", exc_info=error)

    async def _forget_deliveries(self) -> None:
        try:
            await self._database.write(deliveries.forget_old, self._clock.now_ms())
        except Exception as error:
            logger.warning("forgetting old deliveries failed", exc_info=error)
