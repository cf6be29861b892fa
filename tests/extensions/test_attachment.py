"""While its author runs it in a terminal, an extension's calls go there; afterwards the server runs it again."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.extensions.keeping import PLACE, Keeper, installed, known
from tests.world import World

from keypost.caller import Scope

ATTACHMENT = f"{PLACE}/attachment"


@dataclass
class Terminal:
    """A copy of the extension that its author runs, with the environment that the server gave."""

    keeper: Keeper
    environment: dict[str, str]

    def heard(self, kind: str) -> list[dict[str, Any]]:
        return self.keeper.heard(kind)


async def test_an_attached_extension_is_called_in_its_authors_terminal(world: World) -> None:
    keeper = await installed(world)
    await keeper.set(access_token="glpat-canary")

    with await attached(keeper) as terminal:
        await keeper.says("there")
        shown = await keeper.shown()

        assert [call["arguments"] for call in terminal.heard("command")] == ["there"]
        assert terminal.heard("command")[0]["settings"] == {"access_token": "glpat-canary"}
        assert (shown["attached"], shown["running"]) == (True, True)
        assert terminal.environment["KEYPOST_PUBLIC_KEY"] == shown["public_key"]
        assert set(terminal.environment) == {"KEYPOST_PUBLIC_KEY", "KEYPOST_SETTINGS"}
    assert keeper.heard("command") == []


async def test_detached_it_is_run_by_the_server_again(world: World) -> None:
    keeper = await installed(world)

    with await attached(keeper) as terminal:
        answer = await keeper.program.call("DELETE", ATTACHMENT)
        await keeper.says("here")
        again = await keeper.program.call("DELETE", ATTACHMENT)

        assert (answer.status, answer.json["attached"], again.status) == (200, False, 200)
        assert terminal.heard("command") == []
    assert [call["arguments"] for call in keeper.heard("command")] == ["here"]


async def test_no_call_is_lost_to_a_terminal_that_was_closed_without_a_word(world: World) -> None:
    keeper = await installed(world)
    with await attached(keeper):
        await keeper.says("first")

    said = await keeper.says("second")

    assert said.json == {"kind": "posted"}
    assert [call["arguments"] for call in keeper.heard("command")] == ["second"]
    assert (await keeper.shown())["attached"] is False


async def test_bringing_it_up_to_date_leaves_it_attached_and_asks_it_there(world: World) -> None:
    keeper = await installed(world)
    keeper.write('version = "1.0"', 'version = "1.1"')

    with await attached(keeper) as terminal:
        answer = await keeper.bring()

        assert (answer.status, answer.json["attached"]) == (200, True)
        assert terminal.heard("installation_validator")[0]["app_info"]["current_version"] == "1.1"


async def test_uninstalled_it_says_goodbye_in_the_terminal_and_is_attached_no_longer(world: World) -> None:
    keeper = await installed(world)

    with await attached(keeper) as terminal:
        answer = await keeper.remove()

        assert (answer.json["attached"], answer.json["running"]) == (False, False)
        assert len(terminal.heard("uninstallation_handler")) == 1


async def test_an_attachment_ends_with_the_server(world: World) -> None:
    keeper = await installed(world)

    with await attached(keeper) as terminal:
        await world.restart()
        await keeper.says("here")

        assert terminal.heard("command") == []
    assert len(keeper.heard("command")) == 1


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_only_an_operator_on_this_machine_attaches(world: World, method: str) -> None:
    keeper = await known(world)
    member = await world.program(world.grace)
    admin = await world.program(world.ada, Scope.ADMIN)
    headers = [("Authorization", f"Bearer {keeper.program.api_token}"), ("X-Forwarded-For", "203.0.113.5")]

    refused = [
        await member.call(method, ATTACHMENT, {"port": 9}),
        await admin.call(method, ATTACHMENT, {"port": 9}),
        await keeper.program.send(method, f"/api/v1{ATTACHMENT}", {"port": 9}, headers),
    ]

    assert [answer.refused_with for answer in refused] == ["admin_needed", "scope_missing", "only_from_this_machine"]


@pytest.mark.parametrize("port", [0, -1, 65_536, "80", None, 1.5])
async def test_a_port_is_a_port(world: World, port: object) -> None:
    keeper = await known(world)

    answer = await keeper.program.call("POST", ATTACHMENT, {"port": port})

    assert answer.refused_with == "invalid_inputs"
    assert answer.sentence.startswith("port ")
    assert not (await keeper.shown())["attached"]


async def attached(keeper: Keeper) -> AbstractContextManager[Terminal]:
    listener = socket.create_server(("127.0.0.1", 0))
    answer = await keeper.program.call("POST", ATTACHMENT, {"port": listener.getsockname()[1]})
    assert answer.status == 200, answer.text
    return _terminal(keeper, listener, answer.json["environment"])


@contextmanager
def _terminal(keeper: Keeper, listener: socket.socket, environment: dict[str, str]) -> Iterator[Terminal]:
    folder = Path(shutil.copytree(keeper.folder, keeper.folder.with_name("terminal")))
    (folder / "heard.jsonl").unlink()
    own = environment | {"PATH": os.environ["PATH"], "KEYPOST_LISTEN_FD": str(listener.fileno())}
    with listener:
        process = subprocess.Popen(
            [sys.executable, "-m", "keypost_sdk", "run", str(folder)],
            env=own,
            stdin=subprocess.PIPE,
            pass_fds=(listener.fileno(),),
        )
    with process:
        try:
            yield Terminal(Keeper(keeper.world, folder, keeper.program), environment)
        finally:
            process.kill()
