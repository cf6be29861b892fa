"""P8 of the wire: files go wherever messages go, with what may be said beside them."""

from typing import Final

import pytest
from tests.files.forms import Part, body, content_type, file
from tests.people import Answer, Tool
from tests.world import World

PLACES: Final = {
    "channelsbyname/builds": "#builds",
    "chats/{chat}": "direct",
    "buddies/grace@example.com": "direct",
    "bots/buildbot": "bot",
}


@pytest.mark.parametrize("field", ["file", "files"])
@pytest.mark.parametrize("place", PLACES)
async def test_a_form_with_files_goes_wherever_messages_go(lasting_world: World, place: str, field: str) -> None:
    standup, address = await lasting_world.tool(), place.format(chat=lasting_world.id_of("direct"))
    to_ada = Part("user_id", str(lasting_world.ada.person.id).encode())
    names = [f"{number}-{field}-{place.partition('/')[0]}.txt" for number in range(2)]

    answer = await sent(standup, address, *(file(b"Hello", name, field=field) for name in names), to_ada)

    assert (answer.status, answer.body) == (204, b"")
    newest = (await lasting_world.ada.read(lasting_world.id_of(PLACES[place]), limit=2)).json["data"]
    assert [row["content"]["file"]["name"] for row in newest] == names


async def test_a_form_says_who_brings_its_files(world: World) -> None:
    standup, as_read = await world.tool(), Part("mark_as_read", b"true")
    display = (Part("bot_name", b"CI"), Part("bot_image", b"https://img.example/ci.png"))

    answers = [
        await sent(standup, "channelsbyname/builds", file(b"one"), as_read, *display),
        await sent(standup, "channelsbyname/builds", file(b"two"), as_read, Part("bot_unique_name", b"buildbot")),
    ]

    assert [answer.status for answer in answers] == [204, 204]
    mine, bots = (await world.ada.read(world.id_of("#builds"))).json["data"]
    assert mine["content"]["bot"] == {"name": "CI", "image": "https://img.example/ci.png"}
    assert (mine["sender"]["name"], bots["sender"]["name"]) == ("Ada Lovelace", "Build Bot")


async def test_a_comment_mentions_as_a_text_does(world: World) -> None:
    standup, grace = await world.tool(), world.grace.person
    comment = Part("comments", f'["For {{@{grace.id}}}"]'.encode())
    await world.ada.arrive()

    await sent(standup, "channelsbyname/builds", file(b"one"), comment)

    page = await world.ada.get(f"/chats/{world.id_of('#builds')}", [("Accept", "text/html")])
    assert f'data-person="{grace.id}" dir="auto">@Grace Hopper</span>' in page.text


async def sent(tool: Tool, place: str, *parts: Part) -> Answer:
    return await tool.carry(f"/api/v2/{place}/files", body(parts), [content_type()])
