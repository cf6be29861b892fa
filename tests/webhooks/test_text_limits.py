"""How long a text may be depends on the address, and on the operator."""

import pytest
from msgspec.structs import replace
from tests.files.forms import comments, file, send
from tests.people import Answer
from tests.world import World

from keypost_sdk.content import LONG_TEXT_MAX, TEXT_MAX

LETTER = "😀"
"""Two units of UTF-16, four bytes, one code point: it counts once."""


@pytest.fixture
async def frugal(world: World) -> World:
    world.settings = replace(world.settings, text_max=3, long_text_max=5)
    await world.restart()
    return world


async def posted(world: World, path: str, size: int) -> Answer:
    tool = await world.standing_tool()
    return await tool.carry(path.format(chat=world.id_of("#general")), {"text": LETTER * size})


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/api/v2/channelsbyname/general/message", TEXT_MAX),
        ("/api/v2/chats/{chat}/message", TEXT_MAX),
        ("/api/v3/channelsbyname/general/messages", TEXT_MAX),
        ("/api/v3/chats/{chat}/messages", LONG_TEXT_MAX),
    ],
)
async def test_a_text_may_be_as_long_as_its_address_allows(lasting_world: World, path: str, most: int) -> None:
    fitting = await posted(lasting_world, path, most)
    longer = await posted(lasting_world, path, most + 1)

    assert fitting.status == 204
    assert (longer.status, longer.refused_with) == (400, "text_length_exceeded")
    assert longer.sentence == f"text has {most + 1} characters; {most} is the most"


async def test_the_operator_says_how_long(frugal: World) -> None:
    assert (await posted(frugal, "/api/v2/chats/{chat}/message", 3)).status == 204
    assert (await posted(frugal, "/api/v2/chats/{chat}/message", 4)).refused_with == "text_length_exceeded"
    assert (await posted(frugal, "/api/v3/chats/{chat}/messages", 5)).status == 204
    assert (await posted(frugal, "/api/v3/chats/{chat}/messages", 6)).refused_with == "text_length_exceeded"


async def test_what_is_said_about_a_file_is_a_text_too(frugal: World) -> None:
    tool = await frugal.standing_tool()

    fitting = await send(tool, "#general", file(b"x"), comments('["", "abc"]'), file(b"y"))
    longer = await send(tool, "#general", file(b"x"), comments('["", "abcd"]'), file(b"y"))

    assert fitting.status == 204
    assert (longer.status, longer.refused_with) == (400, "text_length_exceeded")
    assert longer.sentence == "comments[1] has 4 characters; 3 is the most"


async def test_what_a_person_types_has_the_same_end(frugal: World) -> None:
    await frugal.ada.arrive()

    assert (await frugal.ada.say(frugal.id_of("#general"), "abc")).status == 200
    assert (await frugal.ada.say(frugal.id_of("#general"), "abcd")).refused_with == "text_length_exceeded"
