"""What takes long to be shown holds up whoever shows it, and not everybody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import Final

from tests.live_pages.test_live import seen_until
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import PartyKind, Posting, Sender
from keypost.db.tx import Tx
from keypost.live.frames import frames_of, read_happened
from keypost.live.memory import Memory
from keypost_sdk.content import Message as Content
from keypost_sdk.content import TextSlide

DEAR: Final = Content(text="Dear", slides=tuple(TextSlide(data=" *a*" * 800) for _ in range(5)))
"""As many marks as its slides can hold."""
MANY: Final = 12
LOOK_S: Final = 0.002


@dataclass
class Turns:
    """How long the loop kept somebody waiting who had something short to do, and how long that was looked at."""

    longest_s: float = 0.0
    took_s: float = 0.0


async def test_a_page_of_dear_messages_holds_up_nobody_else(world: World) -> None:
    await world.ada.sign_in()
    await world.write(store, world)

    async with looking() as turns:
        answer = await world.ada.get(f"/chats/{world.id_of('#builds')}")

    assert answer.text.count('<p dir="auto">Dear') == MANY
    assert turns.longest_s < turns.took_s / 3


async def test_nor_does_telling_open_pages_of_them(world: World) -> None:
    await world.ada.sign_in()

    async with world.ada.watching() as stream, looking() as turns:
        await world.write(store, world)
        await world.ada.say(world.id_of("#builds"), "behind them")
        await seen_until(stream, "behind them")

    assert turns.longest_s < turns.took_s / 3


async def test_what_is_dear_is_told_in_turns(world: World) -> None:
    server, began = world.server, world.server.hub.newest(world.org_id)
    memory = Memory(server.people, server.chats, server.attribution)
    await world.write(store, world)
    happened = await world.read(read_happened, server.chats, world.org_id, began)

    told = [frames_of(happened, memory, patience_s) for patience_s in (0.0, inf)]

    assert [[frame.number - began for frame in frames] for frames in told] == [[1], [*range(1, MANY + 1)]]


async def test_whoever_is_signed_out_hears_nothing_that_is_still_to_be_told(world: World) -> None:
    await world.ada.sign_in()

    async with world.ada.watching() as stream:
        await world.write(store, world)
        await world.deactivate(world.ada)
        heard = 0
        while await stream.next() is not None:
            heard += 1

    assert heard < MANY


@asynccontextmanager
async def looking() -> AsyncIterator[Turns]:
    turns, began = Turns(), monotonic()
    task = asyncio.create_task(_look(turns))
    try:
        yield turns
    finally:
        turns.took_s = monotonic() - began
        task.cancel()


async def _look(turns: Turns) -> None:
    while True:
        before = monotonic()
        await asyncio.sleep(LOOK_S)
        turns.longest_s = max(turns.longest_s, monotonic() - before)


def store(tx: Tx, world: World) -> None:
    ada, place = world.ada.person, world.chat("#builds")
    sender = Sender(kind=PartyKind.PERSON, id=ada.id, name=ada.name)
    posting = Posting(org_id=place.org_id, chat_id=place.id, sender=sender, content=DEAR)
    chat.store_batch(tx, world.server.chats, [posting] * MANY)
