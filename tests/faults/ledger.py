"""What was sent, and what the server said of it: what must be true of the database afterwards."""

import asyncio
import random

from msgspec import Struct


class Post(Struct, frozen=True):
    """`text` is what it says and, where it is named, its Idempotency-Key. Nobody else sends the same."""

    text: str
    is_named: bool


class Ledger:
    """`answered` has the message id by text, empty where the answer names none. What is `unknown` was cut off, and is
    not repeated, for it has no name. `surprises` are answers that should not be, as sentences.
    """

    def __init__(self) -> None:
        self.sent: set[str] = set()
        self.named: set[str] = set()
        self.answered: dict[str, str] = {}
        self.unknown: set[str] = set()
        self.surprises: list[str] = []
        self.repeats = 0
        self.cuts = 0
        self.refused = 0
        self._news = asyncio.Condition()
        self._requests = 0

    def note_sent(self, post: Post) -> None:
        self.repeats += post.text in self.sent
        self.sent.add(post.text)
        if post.is_named:
            self.named.add(post.text)
        self._requests += 1

    async def note_answer(self, post: Post, message_id: str) -> None:
        known = self.answered.setdefault(post.text, message_id)
        if known != message_id:
            self.surprises.append(f"{post.text} was answered with {known}, and repeated with {message_id}")
        async with self._news:
            self._news.notify_all()

    async def note_refused(self) -> None:
        """It was told to come again."""
        self.refused += 1
        async with self._news:
            self._news.notify_all()

    def note_cut(self) -> None:
        """A connection ended over a post that was sent on it."""
        self.cuts += 1

    def note_unknown(self, post: Post) -> None:
        self.unknown.add(post.text)

    async def until_answered(self, more: int) -> None:
        """Until so many posts have been answered that were not before."""
        wanted = len(self.answered) + more
        async with self._news:
            await self._news.wait_for(lambda: len(self.answered) >= wanted)

    async def until_refused(self, more: int) -> None:
        wanted = self.refused + more
        async with self._news:
            await self._news.wait_for(lambda: self.refused >= wanted)

    async def until_about(self, most: int, chance: random.Random) -> None:
        """Until some answers have come, and then a few turns of the loop: at no particular moment of any request."""
        await self.until_answered(chance.randint(1, most))
        for _ in range(chance.randint(0, most)):
            await asyncio.sleep(0)
