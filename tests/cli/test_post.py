import json

import pytest
from tests.cli.terminal import terminal
from tests.world import World

from keypost.caller import Scope
from keypost.ids import show_message


async def test_a_text_is_posted_under_ones_own_name(world: World) -> None:
    shell = await terminal(world, world.ada, Scope.POST)

    ended = await shell.run("post", "--channel", "#builds", "Build *7* passed :bug:")

    assert (ended.code, ended.out, ended.err) == (0, "", "")
    (message,) = await world.messages_in("#builds")
    assert (message.sender.name, message.content.text) == ("Ada Lovelace", "Build *7* passed :bug:")


async def test_sync_prints_the_id(world: World) -> None:
    shell = await terminal(world, world.ada)

    alone = await shell.run("post", "--chat", world.id_of("direct"), "Hello", "--sync")
    as_json = await shell.run("post", "--chat", world.id_of("direct"), "Hello", "--json")

    first, second = [show_message(message.id) for message in await world.messages_in("direct")]
    assert alone.out == first + "\n"
    assert as_json.json == {"message_id": second}


async def test_a_message_comes_from_a_file_or_from_stdin(world: World) -> None:
    shell = await terminal(world, world.ada)
    message = json.dumps({"text": "With a card", "card": {"title": "Pipeline 31"}})
    (shell.folder / "message.json").write_text(message)

    from_file = await shell.run("post", "--channel", "builds", "--file", "message.json")
    from_stdin = await shell.run("post", "--channel", "builds", "--file", "-", stdin=message)

    assert (from_file.code, from_stdin.code) == (0, 0)
    assert [posted.content.card.title for posted in await world.messages_in("#builds") if posted.content.card] == [
        "Pipeline 31",
        "Pipeline 31",
    ]


@pytest.mark.parametrize("content", ["", "{", "[]", '"Hello"', b"\xff"])
async def test_what_is_no_message_is_not_sent(lasting_world: World, content: str | bytes) -> None:
    shell = await terminal(lasting_world, lasting_world.ada)

    ended = await shell.run("post", "--channel", "builds", "--file", "-", stdin=content)

    assert (ended.code, ended.out) == (2, "")
    assert "is not a message as JSON" in ended.err


async def test_a_refused_message_says_path_and_code(lasting_world: World) -> None:
    shell = await terminal(lasting_world, lasting_world.ada)

    ended = await shell.run("post", "--channel", "builds", "--file", "-", stdin='{"text": "x", "buttons": [{}]}')

    assert (ended.code, ended.out) == (2, "")
    assert "buttons[0].label is missing (param_missing)" in ended.err


async def test_a_channel_that_is_none_is_told_which_there_are(world: World) -> None:
    shell = await terminal(world, world.alan)

    ended = await shell.run("post", "--channel", "bilds", "Hello")

    assert ended.code == 2
    assert ended.err == 'There is no channel "bilds". There is: general. (channel_not_found)\n'
