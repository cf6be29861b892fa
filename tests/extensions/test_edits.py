"""A function can answer with an edit of the message whose button was pressed, if its extension had sent it."""

import pytest
from tests.extensions.answering import ASKS, accepted, press_newest, pressed, repeating, timed_out
from tests.extensions.pressing import button, can_post, newest, press_of
from tests.people import Tool
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import Party, PartyKind

EDIT = {"type": "message_edit", "text": "Done by Ada"}


@pytest.fixture
async def standup(world: World) -> Tool:
    return await world.tool(await world.running_extension())


async def test_an_edit_takes_the_place_of_the_message_with_the_button(world: World, standup: Tool) -> None:
    await standup.event(b"before")
    answer = await pressed(world, standup, EDIT)

    assert answer.json == {"kind": "done"}
    assert await world.texts_in("#builds") == ["event: before", "Done by Ada"]
    edited = (await world.messages_in("#builds"))[-1]
    assert edited.content.buttons == ()
    assert edited.edited_at == world.clock.now


async def test_open_pages_see_it_at_once(world: World, standup: Tool) -> None:
    await standup.event({"answer": repeating(EDIT)})
    await world.grace.sign_in()

    async with world.grace.watching() as stream:
        await press_newest(world, world.ada)
        happened = await stream.next()

    assert happened is not None
    assert (happened.name, happened.data["message"]) == ("edited", await newest(world))
    assert "Done by Ada" in happened.data["html"]


async def test_the_message_can_be_edited_again_by_its_new_button(world: World, standup: Tool) -> None:
    again = {"type": "message_edit"} | repeating({"type": "message_edit", "text": "Twice"})
    await pressed(world, standup, again)

    await press_newest(world, world.ada)

    assert await world.texts_in("#builds") == ["Twice"]


async def test_a_button_that_a_person_posted_is_not_the_extensions_to_edit(world: World, standup: Tool) -> None:
    answer = await press_of(world, world.ada, standup, button("repeat", arguments={"answer": EDIT}))

    assert answer.json["kind"] == "banner"
    assert answer.json["banner"]["status"] == "failure"
    assert "did not send" in answer.json["banner"]["text"]
    assert await world.texts_in("#builds") == ["Press"]


async def test_nor_is_one_that_another_extension_sent(world: World, standup: Tool) -> None:
    others = await world.tool(await world.running_extension("retro", functions=()))

    answer = await pressed(world, others, EDIT)

    assert "did not send" in answer.json["banner"]["text"]
    assert world.heard_by(standup.app)[-1]["name"] == "repeat"
    assert await world.texts_in("#builds") == ["Press"]


async def test_an_edit_that_shows_nothing_is_a_failure(world: World, standup: Tool) -> None:
    answer = await pressed(world, standup, {"type": "message_edit", "text": " "})

    assert answer.json["banner"]["status"] == "failure"
    assert "text is missing" in answer.json["banner"]["text"]
    assert await world.texts_in("#builds") == ["Press"]


async def test_a_token_stays_when_its_function_answers_with_an_edit(world: World, standup: Tool) -> None:
    await accepted(world, standup, EDIT)

    assert await world.texts_in("#builds") == ["Done by Ada"]
    assert await can_post(world, world.heard_by(standup.app)[-1]["secret"])


async def test_and_ends_when_it_may_not_edit(world: World, standup: Tool) -> None:
    dialog = await press_of(world, world.ada, standup, button("repeat", ASKS, arguments={"answer": EDIT}))

    await world.ada.accept(dialog.nonce)

    assert await world.texts_in("#builds") == ["Press"]
    assert not await can_post(world, world.heard_by(standup.app)[-1]["secret"])


async def test_a_late_edit_is_as_good(world: World, standup: Tool) -> None:
    await standup.event({"answer": repeating(EDIT)})
    (message,) = await world.messages_in("#builds")
    path = await timed_out(world, standup, pressed=message)

    first, second = await world.stranger.post(path, EDIT), await world.stranger.post(path, EDIT)

    assert (first.status, second.refused_with) == (204, "response_not_expected")
    assert await world.texts_in("#builds") == ["Done by Ada"]


async def test_a_late_edit_of_what_is_not_its_own_is_told_to_the_one_who_asked(world: World, standup: Tool) -> None:
    await world.ada.sign_in()
    await world.ada.say(world.id_of("#builds"), "Mine")
    (message,) = await world.messages_in("#builds")
    path = await timed_out(world, standup, pressed=message)

    async with world.ada.watching() as stream:
        await world.stranger.post(path, EDIT)
        happened = await stream.next()
        if happened is not None and happened.name != "banner":
            happened = await stream.next()

    assert happened is not None
    assert (happened.name, happened.data["status"]) == ("banner", "failure")
    assert await world.texts_in("#builds") == ["Mine"]


async def test_who_has_left_the_chat_edits_nothing_in_it(world: World, standup: Tool) -> None:
    await standup.event({"answer": repeating(EDIT)})
    (message,) = await world.messages_in("#builds")
    path = await timed_out(world, standup, pressed=message)
    party = Party(PartyKind.PERSON, world.ada.person.id)
    await world.write(chat.remove_member, world.server.chats, world.chat("#builds"), party)

    answer = await world.stranger.post(path, EDIT)

    assert answer.status == 204
    assert await world.texts_in("#builds") == ["Press"]
