"""Who is watching, and the pump that reads the log for them."""

import asyncio
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from keypost import log
from keypost.chat.directory import Chats
from keypost.db.database import Database
from keypost.events.model import Event, Kind
from keypost.ids import OrgId, PersonId
from keypost.live.audience import Audience, Watcher
from keypost.live.edition import Edition
from keypost.live.frames import RESET, RETRY, Frame, encode, frames_of, read_happened
from keypost.live.memory import Memory
from keypost.live.slices import in_slices
from keypost.people.directory import People
from keypost.tokens.attribution import Attribution
from keypost.web.outlet import Outlet, Piece

logger = log.get(__name__)

BACKLOG_MAX: Final = 250
"""Events that a returning reader may have missed and still gets one by one."""
HEARTBEAT_S: Final = 15.0
RETRY_S: Final = 1.0


class Hub:
    def __init__(
        self,
        database: Database,
        people: People,
        chats: Chats,
        attribution: Attribution,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        self._database = database
        self._chats = chats
        self._memory = Memory(people, chats, attribution)
        self._heartbeat_s = heartbeat_s
        self._newest: dict[OrgId, int] = {}
        self._audiences: dict[OrgId, Audience] = {}
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._drawing = ThreadPoolExecutor(1, "hub")
        self._closed = False

    def start(self) -> None:
        working: dict[str, Coroutine[Any, Any, None]] = {"hub": self._run(), "heartbeat": self._beat()}
        self._tasks = [asyncio.create_task(work, name=name) for name, work in working.items()]

    def load(self, newest: Mapping[OrgId, int]) -> None:
        """At start: the number of each organisation's newest event, which memory was loaded with."""
        self._newest.update(newest)

    def newest(self, org_id: OrgId) -> int:
        """The number of the newest event that memory has followed. What a page shows is at least as new."""
        return self._newest.get(org_id, 0)

    def heard(self, events: list[Event]) -> None:
        """The log's listener: wakes the pump, which reads the log itself. Whose sessions ended hears nothing more, also
        of what the pump has still to tell.
        """
        for event in events:
            self._newest[event.org_id] = event.number
            if event.kind is Kind.SESSIONS_ENDED and event.org_id in self._audiences:
                self._audiences[event.org_id].end_of(PersonId(event.subject_id), event.number)
        self._news.set()

    def watch(self, outlet: Outlet, org_id: OrgId, person_id: PersonId, since: int, newest: int) -> Watcher:
        """Opens a stream that goes on after event `since`; from the future, or too far back, it says to start anew."""
        audience = self._audience(org_id)
        starts_anew = since > newest or newest - since > BACKLOG_MAX
        watcher = Watcher(audience, outlet, person_id, newest if starts_anew else since, newest)
        outlet.write(RETRY)
        if starts_anew:
            outlet.write(RESET)
        if self._closed:
            outlet.end()
        else:
            audience.join(watcher)
        return watcher

    def tell(self, org_id: OrgId, person_id: PersonId, name: str, content: dict[str, str]) -> None:
        """Something for one person's open pages alone, and for now only: it is in no log."""
        piece = Piece.of(encode(name, content))
        audience = self._audiences.get(org_id)
        for watcher in audience.of(person_id) if audience is not None else ():
            if not watcher.outlet.is_full:
                watcher.outlet.write(piece)

    @property
    def is_closed(self) -> bool:
        """Whether streams are over: the server stops."""
        return self._closed

    def end_streams(self) -> None:
        """Ends every stream, and those that are still to come: a server that waits for open answers can stop."""
        self._closed = True
        for audience in self._audiences.values():
            audience.end()

    async def close(self) -> None:
        self.end_streams()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._drawing.shutdown(wait=False)

    def _audience(self, org_id: OrgId) -> Audience:
        found = self._audiences.get(org_id)
        if found is None:
            found = self._audiences[org_id] = Audience(org_id, self.newest(org_id), self._news.set)
        return found

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            for audience in list(self._audiences.values()):
                try:
                    await self._bring(audience)
                except Exception as error:
                    logger.warning("live reading failed; trying again", exc_info=error)
                    await asyncio.sleep(RETRY_S)
                    self._news.set()

    async def _bring(self, audience: Audience) -> None:
        """A page of the log for those who have all before it, and one for those who are behind."""
        if audience.is_empty:
            del self._audiences[audience.org_id]
            return
        newest = self.newest(audience.org_id)
        if audience.told < newest:
            edition = await self._read(audience, audience.told, newest)
            await in_slices(audience.tell(edition))
        lagging = audience.lagging()
        if lagging:
            edition = await self._read(audience, min(watcher.last for watcher in lagging), audience.told)
            await in_slices(audience.catch_up(lagging, edition))
        audience.admit()
        if audience.told < self.newest(audience.org_id) or audience.lagging():
            self._news.set()

    async def _read(self, audience: Audience, after: int, upto: int) -> Edition:
        """`upto` is never beyond what memory had followed before the reading. A commit is seen in the database a moment
        before that, when nobody knows yet whose it is; if memory follows during the reading, it is too late for it.
        """
        org_id = audience.org_id
        happened = await self._database.read(read_happened, self._chats, org_id, after)
        # What a stranger wrote may take long to be made HTML of: not in the loop that everybody waits for.
        read = await asyncio.get_running_loop().run_in_executor(self._drawing, frames_of, happened, self._memory)
        frames = [frame for frame in read if frame.number <= upto]
        return Edition(frames, _end_of(read, upto), org_id, audience.persons, self._chats)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._heartbeat_s)
            for audience in list(self._audiences.values()):
                await in_slices(audience.beat())


def _end_of(read: list[Frame], upto: int) -> int:
    """The number up to which everything has been read."""
    return min(read[-1].number, upto) if read else upto
