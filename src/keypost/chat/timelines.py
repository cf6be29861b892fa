"""When timelines are extended: in the writer's turn after a batch, once so many messages are not entered in theirs."""

from collections import Counter
from typing import Final

from keypost import log
from keypost.chat import timeline_store
from keypost.db.database import Database
from keypost.ids import OrgId

logger = log.get(__name__)

LATE_MAX: Final = 2_048
"""Messages of an organisation. Reading a chat looks through as many; with more of them at once, fewer pages of the
database are changed for each.
"""


class Timelines:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._late: Counter[OrgId] = Counter()

    def count(self, org_id: OrgId, stored: int) -> None:
        self._late[org_id] += stored

    async def keep_up(self) -> None:
        """What fails is not lost: those messages are entered with the next."""
        for org_id in [org_id for org_id, late in self._late.items() if late >= LATE_MAX]:
            del self._late[org_id]
            try:
                await self._database.write(timeline_store.extend, org_id)
            except Exception as error:  # noqa: BLE001 - whatever it was, nobody who posts is to hear of it.
                logger.warning("timelines were not extended", org=org_id, why=type(error).__name__)
