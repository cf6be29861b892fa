"""What a test of faults has in hand: the server's process, a member who reads, a crowd that posts."""

import random
from collections.abc import Sequence

from msgspec import Struct
from tests.faults.audit import complaints, complaints_of_reader, read_books
from tests.faults.crowd import CLIENTS, Crowd, Place
from tests.faults.ledger import Ledger
from tests.faults.reader import Heard, Reader
from tests.faults.served import Served
from tests.people import Answer, Tool, Visitor, posting_path

from keypost.ids import show_token
from keypost.settings import Settings

PLACE = "#general"


class Stage(Struct, frozen=True):
    """`books_at` are settings with the database's own address. `tool` is of Ada."""

    served: Served
    books_at: Settings
    ada: Visitor
    tool: Tool
    chat_id: str

    @property
    def place(self) -> Place:
        return Place(posting_path(PLACE), self.tool.secret)

    async def say(self, text: str, *, name: str = "") -> Answer:
        headers = [("Idempotency-Key", name)] if name else []
        return await self.tool.carry(posting_path(PLACE), {"text": text}, headers)

    async def say_nothing(self) -> Answer:
        """Refused for its content, where its sender is not."""
        return await self.tool.carry(posting_path(PLACE), {})

    async def change_nothing(self) -> None:
        """A transaction that finds nothing to do: it takes back what nobody gave."""
        message = (await self.read()).json["data"][0]["id"]
        taken = {"emoji": "👍", "is_on": False}
        answer = await self.ada.post(f"/chats/{self.chat_id}/messages/{message}/react", taken)
        assert answer.status == 200, answer.text

    async def read(self) -> Answer:
        return await self.ada.read(self.chat_id)

    async def revoke(self) -> Answer:
        return await self.ada.post(f"/tokens/{show_token(self.tool.token.id)}/revoke")

    def crowd(self, *, clients: int = CLIENTS, may_be_unsure: bool = False) -> Crowd:
        return Crowd(self.served, self.place, clients=clients, may_be_unsure=may_be_unsure)

    def reader(self, known: Sequence[Heard] = ()) -> Reader:
        return Reader(self.served, self.ada, known)

    async def complaints(self, ledger: Ledger, reader: Reader | None = None) -> list[str]:
        """Of the auditor, who looks while the server runs."""
        books = await read_books(self.books_at)
        found = complaints(ledger, books)
        if reader is not None and not found and books.messages:
            await reader.until_heard(books.messages[-1].id)
            found += complaints_of_reader(reader.runs, books)
        return found


def chance() -> random.Random:
    """Its own for every run: what is found is found at moments, which no seed brings back."""
    return random.Random()
