"""A button that says something to a bot: as the person who presses it, in their own chat with that bot."""

from typing import Any

import pytest
from tests.extensions.pressing import newest, press_of
from tests.people import Tool
from tests.world import World

from keypost.extensions import service as extensions


def telling(name: str = "buildbot", message: str = "status *12*") -> dict[str, Any]:
    return {"label": "Ask it", "action": {"type": "invoke.bot", "data": {"bot_name": name, "message": message}}}


@pytest.fixture
async def tool(world: World) -> Tool:
    return await world.standing_tool()


async def test_it_is_said_as_the_person_in_their_chat_with_the_bot(world: World, tool: Tool) -> None:
    answer = await press_of(world, world.grace, tool, telling())

    assert answer.status == 200
    assert answer.json["kind"] == "chat"
    shown_id = answer.json["address"].removeprefix("/chats/")
    (said,) = (await world.grace.read(shown_id)).json["data"]
    assert said["content"] == {"text": "status *12*"}
    assert said["sender"]["id"] == str(world.grace.person.id)


async def test_the_chat_is_opened_once(world: World, tool: Tool) -> None:
    first = await press_of(world, world.grace, tool, telling())
    second = await press_of(world, world.grace, tool, telling(message="again"))
    other = await press_of(world, world.ada, tool, telling())

    assert first.json == second.json != other.json


async def test_a_bot_that_is_not_there_is_told_nothing(world: World, tool: Tool) -> None:
    answer = await press_of(world, world.grace, tool, telling("nobot"))

    assert (answer.status, answer.refused_with) == (404, "bot_not_found")


async def test_an_extensions_bot_is_told_nothing_once_its_extension_is_gone(world: World, tool: Tool) -> None:
    installed = await press_of(world, world.grace, tool, telling(tool.app.bot_name))
    await world.write(
        extensions.uninstall, world.server.apps, world.server.register, tool.app.extension, world.ada.person.id
    )

    answer = await world.grace.press(world.id_of("#builds"), await newest(world))

    assert installed.json["kind"] == "chat"
    assert (answer.status, answer.refused_with) == (403, "extension_disabled")


async def test_an_extension_that_was_uninstalled_serves_nobody_any_more(world: World) -> None:
    app, server = await world.extension(), world.server
    before = server.apps.serves(app, world.ada.person)

    await world.write(extensions.uninstall, server.apps, server.register, app.extension, world.ada.person.id)

    assert (before, server.apps.serves(app, world.ada.person)) == (True, False)
