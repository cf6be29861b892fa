"""When timelines are extended: in the writer's turn after a batch, once so many messages are not entered in theirs."""

from collections import Counter, deque
from typing import Final

from keypost import log
from keypost.chat import timeline_store
from keypost.db.database import Database, Verb
from keypost.ids import OrgId

logger = log.get(__name__)

LATE_MAX: Final = 2_048
"""Messages of an organisation. Reading a chat looks through as many; with more of them at once, fewer pages of the
database are changed for each.
"""


class Timelines:
    """What fails is not lost: those messages are entered with the next."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._late: Counter[OrgId] = Counter()
        self._due: deque[OrgId] = deque()

    def count(self, org_id: OrgId, stored: int) -> None:
        self._late[org_id] += stored
        if self._late[org_id] >= LATE_MAX:
            del self._late[org_id]
            self._due.append(org_id)

    async def keep_up(self) -> None:
        """With one organisation: whoever posts waits for no more. It is the next one's turn after the next batch."""
        if self._due:
            await self._extend(timeline_store.extend, self._due.popleft())

    async def catch_up(self) -> None:
        """With all of them, at a start."""
        await self._extend(timeline_store.extend_all)

    async def _extend(self, verb: Verb[..., None], *org_ids: OrgId) -> None:
        try:
            await self._database.write(verb, *org_ids)
        except Exception as error:  # noqa: BLE001 - whatever it was, no post and no start is to fail for it.
            logger.warning("timelines were not extended", orgs=org_ids or "all", why=type(error).__name__)
