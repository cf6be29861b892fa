import pytest
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import Message
from keypost.clock import MINUTE_MS
from keypost.errors import Refusal
from keypost.events import service as events
from keypost.events.model import Kind
from keypost.ids import MessageId
from keypost_sdk.content import Message as Content


async def test_an_edited_message_stands_where_it_stood_and_says_when_it_was_edited(world: World) -> None:
    first, second = await said(world, "frist"), await said(world, "second")
    world.clock.move(MINUTE_MS)

    edited = await edit(world, first, "first")

    assert await world.messages_in("#general") == [edited, second]
    assert (edited.content.text, edited.edited_at) == ("first", world.clock.now)
    assert (edited.id, edited.sender, edited.token_id) == (first.id, first.sender, first.token_id)


async def test_an_edit_is_one_event_of_the_message(world: World) -> None:
    message = await said(world, "once")
    newest = world.server.hub.newest(world.org_id)

    await edit(world, message, "twice")

    (event,) = await world.read(events.list_after, world.org_id, newest)
    assert (event.kind, event.subject_id, event.chat_id) == (Kind.MESSAGE_EDITED, message.id, message.chat_id)


async def test_an_edit_that_changes_nothing_is_none(world: World) -> None:
    message = await said(world, "as it is")
    newest = world.server.hub.newest(world.org_id)

    assert await edit(world, message, "as it is") == message

    assert await world.read(events.list_after, world.org_id, newest) == []


async def test_a_program_reads_what_a_message_became_and_when(world: World) -> None:
    message = await said(world, "before")
    await said(world, "never edited")
    world.clock.move(MINUTE_MS)
    await edit(world, message, "after")

    edited, other = (await world.ada.read(world.id_of("#general"))).json["data"]

    assert (edited["content"], edited["edited_time"]) == ({"text": "after"}, world.clock.now)
    assert edited["time"] == world.clock.now - MINUTE_MS
    assert "edited_time" not in other


async def test_a_message_of_another_chat_cannot_be_edited_from_here(world: World) -> None:
    message = await said(world, "in #general")

    for chat_id, message_id in [(world.chat("#builds").id, message.id), (message.chat_id, MessageId(1))]:
        with pytest.raises(Refusal) as refused:
            await world.write(chat.edit, world.org_id, chat_id, message_id, Content(text="elsewhere"))
        assert refused.value.code == "message_not_found"

    assert await world.texts_in("#general") == ["in #general"]


async def said(world: World, text: str) -> Message:
    await world.ada.arrive()
    await world.ada.say(world.id_of("#general"), text)
    return (await world.messages_in("#general"))[-1]


async def edit(world: World, message: Message, text: str) -> Message:
    return await world.write(chat.edit, message.org_id, message.chat_id, message.id, Content(text=text))
