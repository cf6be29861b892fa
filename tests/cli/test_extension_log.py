import json
import signal

from tests.cli.folders import folder
from tests.cli.terminal import terminal
from tests.world import World


async def test_what_an_extension_said_is_printed(world: World) -> None:
    shell = await terminal(world, world.ada)
    await world.ada.sign_in()
    await shell.run("extension", "add", str(folder(world)))
    await world.ada.say(world.id_of("#builds"), "/standup")

    printed = await shell.run("extension", "logs", "standup")
    last = await shell.run("extension", "logs", "standup", "--lines", "1", "--json")

    assert (printed.code, printed.err) == (0, "")
    assert "listening" in printed.out
    assert len(last.json["lines"]) == 1


async def test_a_log_is_followed(world: World) -> None:
    shell = await terminal(world, world.ada)
    await world.ada.sign_in()
    await shell.run("extension", "add", str(folder(world)))

    async with shell.running("extension", "logs", "standup", "-f", "--json") as follower:
        assert follower.stdout is not None
        while "listening" not in json.loads(await follower.stdout.readline()):
            pass
        await world.ada.say(world.id_of("#builds"), "/standup")
        while "answered" not in json.loads(await follower.stdout.readline()):
            pass
        follower.send_signal(signal.SIGINT)
        code = await follower.wait()

    assert code == 0


async def test_what_was_sent_to_an_extension_is_listed_with_its_outcome(world: World) -> None:
    tool = await world.tool(await world.running_extension())
    await tool.event({"build": 7})
    shell = await terminal(world, world.ada)

    listed = await shell.run("extension", "requests", "standup")
    as_json = await shell.run("extension", "requests", "standup", "--json")

    (request,) = as_json.json["requests"]
    assert (listed.code, listed.err) == (0, "")
    assert request["method"] == "POST"
    assert request["token"] == f"tok_{tool.token.id}"
    assert request["outcome"] in listed.out
    assert tool.secret not in listed.out + as_json.out
