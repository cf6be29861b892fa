"""An author runs an extension in a terminal: calls come there, and go back to the server afterwards."""

import os
import signal
from asyncio import StreamReader
from asyncio.subprocess import Process

import psutil
import pytest
from tests.cli.folders import folder, replace_in
from tests.cli.terminal import terminal
from tests.world import World


async def test_calls_come_to_the_terminal_until_ctrl_c(world: World) -> None:
    shell, made = await terminal(world, world.ada), folder(world)
    await world.ada.sign_in()

    async with shell.running("extension", "run", str(made)) as author:
        await hears(author.stdout, "Standup runs here.")
        said = await world.ada.say(world.id_of("#builds"), "/standup")
        await hears(author.stderr, "answered")
        attached = await shell.run("extension", "show", "standup", "--json")
        assert not carries_secret(author, shell.secret)
        code, printed = await ends(author)
    said_then = await world.ada.say(world.id_of("#builds"), "/standup")
    shown = await shell.run("extension", "show", "standup", "--json")

    assert (said.status, said_then.status) == (200, 200), said.text + said_then.text
    assert (attached.json["attached"], shown.json["attached"]) == (True, False)
    assert (code, "is given back to the server" in printed) == (0, True)
    assert len(await world.texts_in("#builds")) == 2


async def test_a_changed_file_starts_it_anew(world: World) -> None:
    shell, made = await terminal(world, world.ada), folder(world)
    await world.ada.sign_in()

    async with shell.running("extension", "run", str(made)) as author:
        await hears(author.stdout, "Standup runs here.")
        await hears(author.stderr, "listening")
        replace_in(made / "extension.py", "Click on the token generation button below!", "Press the button!")
        await hears(author.stdout, "extension.py changed.")
        await hears(author.stderr, "listening")
        said = await world.ada.say(world.id_of("#builds"), "/standup")
        await ends(author)

    assert said.status == 200, said.text
    assert await world.texts_in("#builds") == ["Press the button!"]


async def test_a_changed_manifest_reaches_the_server(world: World) -> None:
    shell, made = await terminal(world, world.ada), folder(world)

    async with shell.running("extension", "run", str(made)) as author:
        await hears(author.stdout, "Standup runs here.")
        replace_in(made / "extension.toml", 'title = "Standup"', 'title = ""')
        await hears(author.stderr, "title is empty")
        await hears(author.stderr, "listening")
        replace_in(made / "extension.toml", 'title = ""', 'title = "Daily standup"')
        await hears(author.stderr, "listening")
        await ends(author)
    shown = await shell.run("extension", "show", "standup", "--json")

    assert shown.json["title"] == "Daily standup"


async def test_code_that_cannot_run_waits_for_the_next_change(world: World) -> None:
    shell, made = await terminal(world, world.ada), folder(world)
    replace_in(made / "extension.py", "import asyncio", "import asyncio; import nowhere")
    await world.ada.sign_in()

    async with shell.running("extension", "run", str(made)) as author:
        await hears(author.stderr, "nowhere")
        await hears(author.stderr, "It starts again when you change a file.")
        replace_in(made / "extension.py", "import asyncio; import nowhere", "import asyncio")
        await hears(author.stderr, "listening")
        said = await world.ada.say(world.id_of("#builds"), "/standup")
        await ends(author)

    assert said.status == 200, said.text


async def test_a_closed_window_gives_it_back_too(world: World) -> None:
    shell, made = await terminal(world, world.ada), folder(world)

    async with shell.running("extension", "run", str(made)) as author:
        await hears(author.stdout, "Standup runs here.")
        author.send_signal(signal.SIGHUP)
        await author.wait()
    shown = await shell.run("extension", "show", "standup", "--json")

    assert shown.json["attached"] is False


async def test_the_child_has_none_of_the_commands_secrets(world: World) -> None:
    shell, made = await terminal(world, world.ada), folder(world)

    async with shell.running("extension", "run", str(made)) as author:
        await hears(author.stdout, "Standup runs here.")
        await hears(author.stderr, "listening")
        (child,) = psutil.Process(author.pid).children()
        environment = child.environ()
        await ends(author)

    assert shell.secret not in environment.values()
    assert {name for name in environment if name.startswith("KEYPOST_")} <= {
        *("KEYPOST_LISTEN_FD", "KEYPOST_PUBLIC_KEY", "KEYPOST_SETTINGS")
    }


async def test_after_a_restart_of_the_server_its_calls_come_here_again(world: World) -> None:
    shell, made = await terminal(world, world.ada), folder(world)

    async with shell.running("extension", "run", str(made)) as author:
        await hears(author.stdout, "Standup runs here.")
        await world.restart()
        await hears(author.stdout, "The server was started anew.")
        await world.ada.sign_in()
        said = await world.ada.say(world.id_of("#builds"), "/standup")
        await hears(author.stderr, "answered")
        code, _ = await ends(author)

    assert (said.status, code) == (200, 0), said.text


@pytest.mark.parametrize(
    ("arguments", "trouble"),
    [(("nowhere",), "extension.toml cannot be read"), ((".", "--python", "nowhere"), "--python is nowhere")],
)
async def test_what_cannot_be_run_is_refused(world: World, arguments: tuple[str, ...], trouble: str) -> None:
    shell = await terminal(world, world.ada)

    ended = await shell.run("extension", "run", *arguments)

    assert (ended.code, ended.out) == (2, "")
    assert trouble in ended.err


async def hears(stream: StreamReader | None, text: str) -> None:
    """Reads on until a line has this text."""
    assert stream is not None
    line = b" "
    while line and text not in line.decode():
        line = await stream.readline()
    assert line, f"it ended without saying {text!r}"


async def ends(author: Process) -> tuple[int, str]:
    """As Ctrl-C ends it: everything that runs in the terminal gets the signal."""
    os.killpg(author.pid, signal.SIGINT)
    out, _ = await author.communicate()
    return await author.wait(), out.decode()


def carries_secret(author: Process, secret: str) -> bool:
    """Whether `ps` would show it to others."""
    process = psutil.Process(author.pid)
    return any(secret in word for each in (process, *process.children()) for word in each.cmdline())
