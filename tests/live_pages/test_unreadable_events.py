"""A message that cannot be read is told like any other, and holds up nobody behind it."""

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
async def test_a_message_whose_row_cannot_be_read_says_so_on_open_pages(world: World, content: str) -> None:
    standup = await world.tool()
    await world.ada.sign_in()

    async with world.ada.watching() as stream:
        await world.write(post_unreadable, world, content)
        await standup.say("#builds", "behind it")
        unreadable, behind = await seen_until(stream, "behind it")

    assert (unreadable.name, behind.name) == ("message", "message")
    assert "This message cannot be shown." in unreadable.data["html"]


def post_unreadable(tx: Tx, world: World, content: str) -> None:
    ada = world.ada.person
    sender = Sender(kind=PartyKind.PERSON, id=ada.id, name=ada.name)
    place = world.chat("#builds")
    posting = Posting(org_id=ada.org_id, chat_id=place.id, sender=sender, content=Content(text="x"))
    (stored,) = chat.store_batch(tx, world.server.chats, [posting])
    tx.run(update(messages).where(messages.c.id == stored.id).values(content=content))
