"""A client that ends its side of the connection, and may still listen."""

import pytest
from tests.web.doors import both
from tests.web.lines import PATH, line, post
from tests.web.malformed import MALFORMED
from tests.world import World


@pytest.mark.parametrize("count", [1, 3])
async def test_a_client_that_has_said_all_and_still_listens_is_answered(lasting_world: World, count: int) -> None:
    tool = await lasting_world.standing_tool()
    before, texts = await lasting_world.texts_in("#builds"), [f"{number}" for number in range(count)]
    async with both(lasting_world) as doors:
        for brief in doors:
            await brief.say(b"".join(post(tool, text) for text in texts))
            brief.say_no_more()

            assert [(await brief.hear())[0] for _ in texts] == [204] * count
            assert await brief.hear_end() == b""

    assert await lasting_world.texts_in("#builds") == [*before, *texts, *texts]


async def test_so_is_one_whose_last_request_is_malformed(lasting_world: World) -> None:
    tool = await lasting_world.standing_tool()
    async with line(lasting_world) as brief:
        await brief.say(post(tool, "Whole") + MALFORMED[0])
        brief.say_no_more()

        assert (await brief.hear())[0] == 204
        assert await brief.hear_code() == (400, "request_malformed")


@pytest.mark.parametrize(
    "behind",
    [
        b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf" % PATH.encode(),
        b"POST %b HTTP/1.1\r\nHost:" % PATH.encode(),
        b"GET /signed-out HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /signed-out HTTP/1.1\r\nHost: x\r\n\r\n" + MALFORMED[0],
    ],
    ids=["half a body", "half a head", "a reading", "a reading and what is malformed"],
)
async def test_whatever_stands_behind_posts_that_came_whole_they_are_answered(
    lasting_world: World, behind: bytes
) -> None:
    tool = await lasting_world.standing_tool()
    before = await lasting_world.texts_in("#builds")
    async with both(lasting_world) as doors:
        for brief in doors:
            await brief.say(post(tool, "First") + post(tool, "Second") + behind)
            brief.say_no_more()

            assert [(await brief.hear())[0] for _ in range(2)] == [204, 204]
            assert await brief.hear_end() == b""

    assert await lasting_world.texts_in("#builds") == [*before, *["First", "Second"] * 2]


async def test_half_a_body_of_a_client_that_has_said_all_is_not_waited_for(lasting_world: World) -> None:
    tool = await lasting_world.standing_tool()
    before = await lasting_world.texts_in("#builds")
    async with both(lasting_world) as doors:
        for brief in doors:
            await brief.say(post(tool, "Half")[:-1])
            brief.say_no_more()

            assert await brief.hear_end() == b""

    assert await lasting_world.texts_in("#builds") == before
