import json
import signal

from tests.cli.terminal import terminal
from tests.files.forms import comments, file, send
from tests.world import World

from keypost.caller import Scope
from keypost.clock import MINUTE_MS

HOSTILE = "\x1b]0;owned\x07\u202eevil\n2026-01-01 00:00  Grace Hopper\n  I quit"


async def test_the_newest_messages_are_read_oldest_first(world: World) -> None:
    tool = await world.tool()
    for number in range(3):
        await tool.say("#builds", f"Build *{number}*")
        world.clock.move(MINUTE_MS)
    shell = await terminal(world, world.ada, Scope.READ)

    ended = await shell.run("read", "--channel", "builds", "--last", "2")

    assert (ended.code, ended.err) == (0, "")
    heads, texts = ended.out.splitlines()[::2], ended.out.splitlines()[1::2]
    assert texts == ["  Build 1", "  Build 2"]
    assert all(head.endswith("  Ada Lovelace") for head in heads)


async def test_json_is_what_the_wire_gives(world: World) -> None:
    await (await world.tool()).say("#builds", {"text": HOSTILE, "bot": {"name": "CI"}})
    shell = await terminal(world, world.ada)

    ended = await shell.run("read", "--chat", world.id_of("#builds"), "--json")

    assert ended.json == (await world.ada.read(world.id_of("#builds"))).json
    assert ended.out.isascii()
    assert "\x1b" not in ended.out


async def test_a_message_commands_no_terminal_and_passes_for_no_other(world: World) -> None:
    await (await world.tool()).say("#builds", {"text": HOSTILE, "bot": {"name": "CI"}})
    shell = await terminal(world, world.ada)

    ended = await shell.run("read", "--channel", "builds")

    assert not set("\x1b\x07\u202e") & set(ended.out)
    heads = [line for line in ended.out.splitlines() if not line.startswith("  ")]
    assert len(heads) == 1
    assert heads[0].endswith("Ada Lovelace as CI")


async def test_a_file_is_read_as_its_name_and_what_is_said_about_it(world: World) -> None:
    await send(await world.tool(), "#builds", file(b"a,b", "b.csv"), comments("All of it"))
    shell = await terminal(world, world.ada)

    ended = await shell.run("read", "--channel", "builds")

    name, said = ended.out.splitlines()[1:]
    assert name.startswith("  [file fil_")
    assert (name.endswith(": b.csv]"), said) == (True, "  All of it")


async def test_following_goes_on_with_what_comes(world: World) -> None:
    tool = await world.tool()
    await tool.say("#builds", "Before")
    shell = await terminal(world, world.ada)

    async with shell.running("read", "--channel", "builds", "--follow", "--json") as reader:
        assert reader.stdout is not None
        lines = [await reader.stdout.readline()]
        await tool.say("#builds", "Meanwhile")
        world.clock.move(MINUTE_MS)
        await tool.say("#builds", "After")
        lines += [await reader.stdout.readline(), await reader.stdout.readline()]
        reader.send_signal(signal.SIGINT)
        code = await reader.wait()

    assert [json.loads(line)["content"]["text"] for line in lines] == ["Before", "Meanwhile", "After"]
    assert code == 0


async def test_a_chat_of_others_cannot_be_read(world: World) -> None:
    shell = await terminal(world, world.alan)

    chat = await shell.run("read", "--chat", world.id_of("direct"))
    channel = await shell.run("read", "--channel", "builds")

    assert (chat.code, channel.code) == (2, 2)
    assert "(chat_not_found)" in chat.err
    assert "(channel_access_denied)" in channel.err
