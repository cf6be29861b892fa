"""What takes long to be shown holds up whoever shows it, and not the loop that everybody waits for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from time import process_time, thread_time
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
SHARE: Final = 1 / 3
"""Of the work, in the loop: what it does with what was made elsewhere."""


@dataclass
class Work:
    """Processor time, in the thread of the event loop and in all."""

    in_loop_s: float = 0.0
    in_all_s: float = 0.0


async def test_a_page_of_dear_messages_holds_up_nobody_else(world: World) -> None:
    await world.ada.sign_in()
    await world.write(store, world)

    with measured() as work:
        answer = await world.ada.get(f"/chats/{world.id_of('#builds')}")

    assert answer.text.count('<p dir="auto">Dear') == MANY
    assert work.in_loop_s < SHARE * work.in_all_s


async def test_nor_does_telling_open_pages_of_them(world: World) -> None:
    await world.ada.sign_in()

    async with world.ada.watching() as stream:
        with measured() as work:
            await world.write(store, world)
            await world.ada.say(world.id_of("#builds"), "behind them")
            await seen_until(stream, "behind them")

    assert work.in_loop_s < SHARE * work.in_all_s


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


@contextmanager
def measured() -> Iterator[Work]:
    work, in_loop, in_all = Work(), thread_time(), process_time()
    yield work
    work.in_loop_s, work.in_all_s = thread_time() - in_loop, process_time() - in_all


def store(tx: Tx, world: World) -> None:
    ada, place = world.ada.person, world.chat("#builds")
    sender = Sender(kind=PartyKind.PERSON, id=ada.id, name=ada.name)
    posting = Posting(org_id=place.org_id, chat_id=place.id, sender=sender, content=DEAR)
    chat.store_batch(tx, world.server.chats, [posting] * MANY)
