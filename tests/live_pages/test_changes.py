"""What changes in a chat that is open already: its messages, and who takes part in it."""

from tests.live_pages.test_live import seen_until
from tests.people import Stream, Visitor
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import Party, PartyKind
from keypost.ids import show_message
from keypost_sdk.content import Message as Content


async def test_an_edit_is_told_with_the_whole_message_as_it_is_now(world: World) -> None:
    await world.ada.sign_in()
    await world.ada.say(world.id_of("#builds"), "frist")
    (message,) = await world.messages_in("#builds")

    async with world.ada.watching() as stream:
        await world.write(chat.edit, message.org_id, message.chat_id, message.id, Content(text="*first*"))
        happened = await stream.next()

    assert happened is not None
    assert happened.name == "edited"
    assert (happened.data["chat"], happened.data["message"]) == (world.id_of("#builds"), show_message(message.id))
    assert "<strong>first</strong>" in happened.data["html"]
    assert "edited <time" in happened.data["html"]


async def test_who_joins_gets_the_chat_to_see_and_the_others_how_many_they_are(world: World) -> None:
    standup = await world.tool()
    await world.ada.sign_in()
    await world.alan.sign_in()

    async with world.ada.watching() as ada, world.alan.watching() as alan:
        await world.write(chat.add_member, world.server.chats, world.chat("#builds"), party(world.alan))
        seen = [await ada.next(), await alan.next()]
        await standup.say("#builds", "Welcome")
        (welcome,) = await seen_until(alan, "Welcome")

    told = {"person": str(world.alan.person.id), "members": "3 people, 1 bot", "chat": builds(world)}
    assert [(happened.name, happened.data) for happened in seen if happened] == [("joined", told)] * 2
    assert welcome.name == "message"


async def test_who_leaves_is_told_so_and_hears_no_more_of_the_chat(world: World) -> None:
    standup = await world.tool()
    await world.ada.sign_in()
    await world.grace.sign_in()

    async with world.ada.watching() as ada, world.grace.watching() as grace:
        await world.write(chat.remove_member, world.server.chats, world.chat("#builds"), party(world.grace))
        seen = [await ada.next(), await grace.next()]
        await standup.say("#builds", "behind her back")
        await standup.say("#general", "for everybody")
        (after,) = await seen_until(grace, "for everybody")

    told = {"person": str(world.grace.person.id), "members": "1 person, 1 bot", "chat": builds(world)}
    assert [(happened.name, happened.data) for happened in seen if happened] == [("left", told)] * 2
    assert "behind her back" not in after.data["html"]


async def test_nobody_outside_a_chat_hears_who_joins_or_leaves_it(world: World) -> None:
    standup = await world.tool()
    await world.alan.sign_in()

    async with world.alan.watching() as stream:
        await world.write(chat.remove_member, world.server.chats, world.chat("#builds"), party(world.grace))
        await world.write(chat.add_member, world.server.chats, world.chat("#builds"), party(world.grace))
        await standup.say("#general", "for everybody")
        (seen,) = await seen_until(stream, "for everybody")

    assert seen.name == "message"


async def test_a_new_direct_chat_is_called_after_the_other_one(world: World) -> None:
    ada, alan = world.ada.person, world.alan.person
    await world.ada.sign_in()
    await world.alan.sign_in()

    async with world.ada.watching() as adas, world.alan.watching() as alans:
        made = await world.write(
            chat.create_direct, world.server.chats, world.org_id, "Ada and Alan", [ada.id, alan.id]
        )
        titles = [await title_of(stream, made.shown_id) for stream in (adas, alans)]

    assert titles == ["Alan Turing", "Ada Lovelace"]


async def title_of(stream: Stream, chat_id: str) -> str:
    happened = await stream.next()
    assert happened is not None
    assert (happened.name, happened.data["id"], happened.data["kind"]) == ("chat", chat_id, "direct")
    return str(happened.data["title"])


def builds(world: World) -> dict[str, str]:
    shown = world.id_of("#builds")
    return {
        "id": shown,
        "title": "builds",
        "kind": "channel",
        "href": f"/chats/{shown}",
        "unique_name": "builds",
    }


def party(who: Visitor) -> Party:
    return Party(PartyKind.PERSON, who.person.id)
