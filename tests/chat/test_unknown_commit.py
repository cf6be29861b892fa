"""When nobody knows whether a batch was committed, it is not tried again: once too few is told, twice would not be."""

import asyncio
from collections.abc import Callable

import pytest
from tests.live.until import PATIENCE_S
from tests.world import World

from keypost.chat.lane import Lane
from keypost.chat.model import Message, PartyKind, Posting, Sender
from keypost.db.database import CommitUnknown, Database, P, R, Verb
from keypost.db.tx import Tx
from keypost_sdk.content import Message as Content


class CutAfterCommit:
    """A database that commits, and whose connection is then gone before it can say so."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.clock, self.ids, self.epoch = database.clock, database.ids, database.epoch
        self.read, self.close = database.read, database.close
        self.writes = 0

    async def write(self, verb: Verb[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        self.writes += 1
        await self._database.write(verb, *args, **kwargs)
        raise CommitUnknown("The database went away while it committed.")


@pytest.mark.parametrize("count", [1, 12])
async def test_a_batch_whose_commit_is_unknown_is_told_to_everybody_and_stored_at_most_once(
    world: World, count: int
) -> None:
    database = CutAfterCommit(world.database)
    lane = Lane(database, world.server.chats)
    texts = [f"{number}" for number in range(count)]

    outcomes = await asyncio.gather(*[lane.commit(posting(world, text)) for text in texts], return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [CommitUnknown] * count
    assert await world.texts_in("#general") == texts
    assert database.writes == 1
    assert lane.rows == 0


async def test_what_follows_from_a_commit_and_fails_does_not_store_it_twice(world: World) -> None:
    lane = Lane(world.database, world.server.chats)

    with pytest.raises(CommitUnknown):
        async with asyncio.timeout(PATIENCE_S):
            await lane.commit(posting(world, "Once", also=lambda tx, _message: tx.on_commit(fail)))
    await lane.commit(posting(world, "And on"))

    assert await world.texts_in("#general") == ["Once", "And on"]


def fail() -> None:
    raise ZeroDivisionError


def posting(world: World, text: str, *, also: Callable[[Tx, Message], None] | None = None) -> Posting:
    ada = world.ada.person
    sender = Sender(kind=PartyKind.PERSON, id=ada.id, name=ada.name)
    place = world.chat("#general")
    return Posting(org_id=ada.org_id, chat_id=place.id, sender=sender, content=Content(text=text), also=also)
