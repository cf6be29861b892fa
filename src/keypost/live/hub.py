"""Who is watching, and the pump that reads the log for them."""

import asyncio
from collections.abc import Mapping
from typing import Final

from keypost import log
from keypost.chat.directory import Chats
from keypost.db.database import Database
from keypost.events.model import Event
from keypost.ids import OrgId, PersonId
from keypost.live.frames import RESET, Frame, encode, read_frames, visible
from keypost.live.memory import Memory
from keypost.people.directory import People
from keypost.tokens.attribution import Attribution

logger = log.get(__name__)

QUEUE_MAX: Final = 500
"""Frames that may wait for one slow reader. Beyond that it is cut, and comes back where it stopped."""
BACKLOG_MAX: Final = QUEUE_MAX // 2
"""Events that a returning reader may have missed and still gets one by one."""
RETRY_S: Final = 1.0


class Watcher:
    """One open stream. `last` is the number of the newest event that was put in its queue; `opened_at` that of the
    newest one when its session was looked at.
    """

    def __init__(self, org_id: OrgId, person_id: PersonId, last: int, opened_at: int) -> None:
        self.org_id = org_id
        self.person_id = person_id
        self.last = last
        self.opened_at = opened_at
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE_MAX)

    def offer(self, frames: list[Frame], chats: Chats) -> bool:
        """Queues what is new to this reader; False if the reader is too slow."""
        fresh = [frame for frame in frames if frame.number > self.last]
        if fresh:
            self.last = fresh[-1].number
        return all(self.put(frame.content) for frame in visible(fresh, self.org_id, self.person_id, chats))

    def put(self, content: bytes | None) -> bool:
        if self._queue.full():
            return False
        self._queue.put_nowait(content)
        return True

    def end(self) -> None:
        """Ends the stream even if its queue is full."""
        while self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def next(self) -> bytes | None:
        """The next frame; None when the stream is over."""
        return await self._queue.get()


class Hub:
    def __init__(self, database: Database, people: People, chats: Chats, attribution: Attribution) -> None:
        self._database = database
        self._chats = chats
        self._memory = Memory(people, chats, attribution)
        self._newest: dict[OrgId, int] = {}
        self._watchers: dict[OrgId, set[Watcher]] = {}
        self._news = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None
        self._closed = False

    def start(self) -> None:
        self._pump = asyncio.create_task(self._run(), name="hub")

    def load(self, newest: Mapping[OrgId, int]) -> None:
        """At start: the number of each organisation's newest event, which memory was loaded with."""
        self._newest.update(newest)

    def newest(self, org_id: OrgId) -> int:
        """The number of the newest event that memory has followed. What a page shows is at least as new."""
        return self._newest.get(org_id, 0)

    def heard(self, events: list[Event]) -> None:
        """The log's listener: only wakes the pump, which reads the log itself."""
        for event in events:
            self._newest[event.org_id] = event.number
        self._news.set()

    def watch(self, org_id: OrgId, person_id: PersonId, since: int, newest: int) -> Watcher:
        """Opens a stream that goes on after event `since`; from the future, or too far back, it says to start anew."""
        watcher = Watcher(org_id, person_id, since, newest)
        if since > newest or newest - since > BACKLOG_MAX:
            watcher.last = newest
            watcher.put(RESET)
        if self._closed:
            watcher.end()
        self._watchers.setdefault(org_id, set()).add(watcher)
        self._news.set()
        return watcher

    def leave(self, watcher: Watcher) -> None:
        self._watchers.get(watcher.org_id, set()).discard(watcher)

    def tell(self, org_id: OrgId, person_id: PersonId, name: str, content: dict[str, str]) -> None:
        """Something for one person's open pages alone, and for now only: it is in no log."""
        frame = encode(name, content)
        for watcher in self._watchers.get(org_id, set()):
            if watcher.person_id == person_id:
                watcher.put(frame)

    @property
    def is_closed(self) -> bool:
        """Whether streams are over: the server stops."""
        return self._closed

    def end_streams(self) -> None:
        """Ends every stream, and those that are still to come: a server that waits for open answers can stop."""
        self._closed = True
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.end()

    async def close(self) -> None:
        self.end_streams()
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            for org_id in [org_id for org_id, watchers in self._watchers.items() if watchers]:
                try:
                    await self._bring(org_id)
                except Exception as error:
                    logger.warning("live reading failed; trying again", exc_info=error)
                    await asyncio.sleep(RETRY_S)
                    self._news.set()

    async def _bring(self, org_id: OrgId) -> None:
        """Reads on from the furthest-behind reader, until everybody has the newest event."""
        while watchers := self._watchers.get(org_id):
            frames = await self._read(org_id, min(watcher.last for watcher in watchers))
            if not frames:
                return
            for watcher in list(watchers):
                if _ends(watcher, frames) or not watcher.offer(frames, self._chats):
                    watcher.end()
                    self.leave(watcher)

    async def _read(self, org_id: OrgId, after: int) -> list[Frame]:
        # A commit is seen in the database a moment before memory follows it: until then nobody knows whose it is. Asked
        # before the reading, which may be over when memory has followed, and yet have been without it.
        followed = self.newest(org_id)
        frames = await self._database.read(read_frames, self._memory, org_id, after)
        return [frame for frame in frames if frame.number <= followed]


def _ends(watcher: Watcher, frames: list[Frame]) -> bool:
    """Whether a session of the watcher's person ended after the stream began; one that ended before may be among what
    it missed.
    """
    mine = [frame for frame in frames if frame.ends_streams and frame.person_id == watcher.person_id]
    return any(frame.number > watcher.opened_at for frame in mine)
