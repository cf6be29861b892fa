"""A stored message that cannot be read stands in its place, says so, and takes no other with it."""

import pytest
from sqlalchemy import update
from tests.people import Visitor
from tests.world import World

from keypost.chat.lane import Lane
from keypost.chat.message_store import UNREADABLE
from keypost.chat.model import Collapse, Message, PartyKind, Posting, Sender
from keypost.db.tables import messages
from keypost.db.tx import Tx
from keypost.ids import show_message
from keypost_sdk.content import Message as Content

DAMAGE = ["", "{", "null", "5", '{"text": 5}', '{"slides": [{"type": "of a later version"}]}', '{"x": ' + "[" * 10_000]


@pytest.mark.parametrize("content", DAMAGE)
async def test_the_chat_can_be_opened_and_read_all_the_same(world: World, content: str) -> None:
    await posted(world, "before")
    await damage(world, await posted(world, "damaged"), content)
    await posted(world, "after")
    await world.ada.sign_in()

    page = await world.ada.get(f"/chats/{world.id_of('#builds')}", [("Accept", "text/html")])
    back = await world.ada.read(world.id_of("#builds"))

    assert (page.status, back.status) == (200, 200)
    assert page.text.count("This message cannot be shown.") == 1
    texts = [row["content"]["text"] for row in back.json["data"]]
    assert texts == ["before", "This message cannot be shown.", "after"]


async def test_its_button_is_gone_with_it(world: World) -> None:
    message = await posted(world, "damaged")
    await damage(world, message, "{")
    await world.ada.sign_in()

    answer = await world.ada.press(world.id_of("#builds"), show_message(message.id))

    assert answer.refused_with == "button_not_found"


async def test_what_takes_its_place_mends_it(world: World) -> None:
    lane, first = Lane(world.database, world.server.chats), pipeline(world, 1, "running")
    await damage(world, await lane.commit(first), "{")
    (found,) = await world.messages_in("#builds")
    assert found.content == UNREADABLE

    await lane.commit(pipeline(world, 2, "passed"))

    assert await world.texts_in("#builds") == ["passed"]


async def posted(world: World, text: str) -> Message:
    return await Lane(world.database, world.server.chats).commit(said_by(world, world.ada, text))


async def damage(world: World, message: Message, content: str) -> None:
    def write(tx: Tx) -> None:
        tx.run(update(messages).where(messages.c.id == message.id).values(content=content))

    await world.write(write)


def said_by(world: World, who: Visitor, text: str) -> Posting:
    person, place = who.person, world.chat("#builds")
    sender = Sender(kind=PartyKind.PERSON, id=person.id, name=person.name)
    return Posting(org_id=person.org_id, chat_id=place.id, sender=sender, content=Content(text=text))


def pipeline(world: World, order: int, text: str) -> Posting:
    place = world.chat("#builds")
    sender = Sender(kind=PartyKind.EXTENSION, id=1001, name="GitLab")
    collapse = Collapse("pipeline 7", order)
    content = Content(text=text)
    return Posting(org_id=place.org_id, chat_id=place.id, sender=sender, content=content, collapse=collapse)
