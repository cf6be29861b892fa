"""Live pages whose way to the server is cut, and what they should have been told."""

import re
from itertools import count
from typing import Final

from tests.live_pages.event_source import EventSource
from tests.people import Visitor
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import PartyKind, Posting, Sender
from keypost.live.hub import BACKLOG_MAX
from keypost_sdk.content import Message as Content

TEXT: Final = re.compile(r"said \d+ times")
NUMBERS: Final = count()
PAGES: Final = 3


class Page:
    def __init__(self, source: EventSource, who: Visitor) -> None:
        self.source = source
        self.who = who

    @property
    def heard(self) -> list[str]:
        return [TEXT.findall(happened.data["html"])[0] for happened in self.source.heard]


class Watching:
    """Two pages of Ada's, who is in #general and in #builds, and one of Alan's, who is in #general alone."""

    def __init__(self, world: World, port: int) -> None:
        self._world = world
        self._said: list[tuple[str, str]] = []
        since = world.server.hub.newest(world.org_id)
        self._pages = [Page(EventSource(port, who, since), who) for who in (world.ada, world.ada, world.alan)]

    async def say(self, place: str, texts: int, letters: int) -> None:
        """So many messages in one commit, each so long; never more than who comes back is still told one by one."""
        texts = min(texts, BACKLOG_MAX // 2 - len(self._said)) or 1
        ada, in_chat = self._world.ada.person, self._world.chat(place)
        sender = Sender(kind=PartyKind.PERSON, id=ada.id, name=ada.name)
        said = [f"said {next(NUMBERS)} times" for _ in range(texts)]
        contents = [Content(text=f"{text} {'x' * letters}") for text in said]
        postings = [
            Posting(org_id=ada.org_id, chat_id=in_chat.id, sender=sender, content=content) for content in contents
        ]
        await self._world.write(chat.store_batch, self._world.server.chats, postings)
        self._said += [(place, text) for text in said]

    async def come(self, which: int, reads: bool) -> None:
        source = self._pages[which].source
        await source.close()
        await source.open(reads=reads)

    async def leave(self, which: int) -> None:
        await self._pages[which].source.close()

    async def cut(self, which: int) -> None:
        """By the server, all of that person."""
        audience = self._world.server.hub._audiences.get(self._world.org_id)
        for watcher in audience.of(self._pages[which].who.person.id) if audience is not None else ():
            watcher.outlet.cut()

    async def hear(self, which: int) -> None:
        """Everything so far."""
        page = self._pages[which]
        if expected := self._expected(page):
            page.source.wake()
            await page.source.until(expected[-1])

    async def end(self) -> None:
        await self.say("#general", 1, 1)
        for which, page in enumerate(self._pages):
            await self.hear(which)
            assert page.heard == self._expected(page)

    async def close(self) -> None:
        for page in self._pages:
            await page.source.close()

    def _expected(self, page: Page) -> list[str]:
        return [text for place, text in self._said if place == "#general" or page.who is self._world.ada]
