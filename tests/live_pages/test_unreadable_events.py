"""One event that cannot be shown does not hold up the pages of those who wait for the next."""

import pytest
from sqlalchemy import update
from tests.live_pages.test_live import seen_until
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import PartyKind, Posting, Sender
from keypost.db.tables import messages
from keypost.db.tx import Tx
from keypost_sdk.content import Message as Content


@pytest.mark.parametrize("content", ["{", '{"text": 5}', '{"slides": [{"type": "of a later version"}]}'])
async def test_a_message_whose_row_cannot_be_read_does_not_hold_up_those_behind_it(world: World, content: str) -> None:
    standup = await world.tool()
    await world.ada.sign_in()

    async with world.ada.watching() as stream:
        await world.write(post_unreadable, world, content)
        await standup.say("#builds", "behind it")
        (seen,) = await seen_until(stream, "behind it")

    assert seen.name == "message"


def post_unreadable(tx: Tx, world: World, content: str) -> None:
    ada = world.ada.person
    sender = Sender(kind=PartyKind.PERSON, id=ada.id, name=ada.name)
    place = world.chat("#builds")
    posting = Posting(org_id=ada.org_id, chat_id=place.id, sender=sender, content=Content(text="x"))
    (stored,) = chat.store_batch(tx, [posting])
    tx.run(update(messages).where(messages.c.id == stored.id).values(content=content))
