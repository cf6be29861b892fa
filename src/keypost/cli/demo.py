"""`keypost demo`: a server with an organisation in it, to look at and to post to."""

import asyncio
import os
import shlex
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Literal

import uvloop
from cyclopts import Parameter
from cyclopts.validators import Number
from msgspec.structs import replace

from keypost import log
from keypost.app import running
from keypost.cli.connection import DEMO, DEMO_FOLDER, demo_folder
from keypost.cli.console import say
from keypost.cli.paths import NamedPath
from keypost.cli.seed import Seeded, seed
from keypost.cli.serving import bind, serve
from keypost.db import ownership
from keypost.environment import settings_in
from keypost.errors import Invalid
from keypost.settings import DEFAULT_HOST, DEFAULT_PORT, Settings
from keypost.web.credentials import HEADER_SHOWN

LOG_FILE: Final = "keypost.log"
POSTGRESQL: Final = "postgresql://"

Level = Literal["debug", "info", "warning", "error"]


def demo(
    *,
    port: Annotated[int, Parameter(help="The port on 127.0.0.1.", validator=Number(gte=0, lte=65535))] = DEFAULT_PORT,
    data: Annotated[
        NamedPath | None,
        Parameter(help=f"The folder that keeps everything: {DEMO_FOLDER} if neither this nor {DEMO} names another."),
    ] = None,
    log_level: Annotated[Level, Parameter(help="How much the log says.")] = "info",
    database_url: Annotated[str, Parameter(help="postgresql://… instead of SQLite in the folder.")] = "",
) -> None:
    """Start Keypost with three people, two channels and the GitLab extension, all on this machine."""
    if database_url and not database_url.startswith(POSTGRESQL):
        raise Invalid("invalid_inputs", f"--database-url must begin with {POSTGRESQL}")
    shown = data or demo_folder()
    settings = Settings(
        **settings_in(os.environ),
        data=shown.resolve(),
        port=port,
        host=DEFAULT_HOST,
        log_level=log_level,
        database_url=database_url,
        demo=True,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(settings, shown))


async def _run(settings: Settings, shown: Path) -> None:
    # Bound first: a port in use is said before anything is written.
    with bind(settings.host, settings.port) as listener:
        settings = replace(settings, port=listener.getsockname()[1])
        ownership.make(settings.data)
        log.configure(settings.log_level, settings.data / LOG_FILE)
        async with running(settings) as server:
            seeded = await seed(server)
            await serve(server, listener, ready=partial(_greet, seeded, shown))
    say("Stopped. Start it again and everything is still there.")


def _greet(seeded: Seeded, shown: Path) -> None:
    say(f"\nKeypost runs on {seeded.base_url}", style="bold")
    say("\nSign in (each link works once):")
    for person in seeded.persons:
        role = "admin" if person.admin else "member"
        say(f"  {person.name}, {role}: {person.sign_in_url}")
    if seeded.token:
        _greet_tools(seeded, shown)
    else:
        say(f"\nThe GitLab extension was removed. It comes back with: {_keypost(shown)} extension add examples/gitlab")
    say(f"\nAll of this is in {shown}/demo.json, the log in {shown}/{LOG_FILE}. Ctrl-C stops everything.\n")


def _greet_tools(seeded: Seeded, shown: Path) -> None:
    say("\nThen type /gitlab in #builds. Or post from another terminal:")
    header = shlex.quote(f"{HEADER_SHOWN}: {seeded.token}")
    address = f"{seeded.base_url}/api/v2/channelsbyname/builds/message"
    say(f'  curl -H {header} -d \'{{"text": "Hello from *curl*"}}\' {address}')
    say(f"  {_keypost(shown)} sample gitlab push")
    say(f"For your own GitLab: {_keypost(shown)} extension set gitlab address=https://gitlab.example access_token=-")


def _keypost(shown: Path) -> str:
    """The command, so that it finds this demo and no other."""
    command = ".venv/bin/keypost"
    return command if shown == DEMO_FOLDER else f"{DEMO}={shlex.quote(str(shown))} {command}"
