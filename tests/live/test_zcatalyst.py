"""Handlers written with the vendor's own SDK, with its own classes, answer the calls and clicks of Keypost."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from tests.extensions.pressing import newest
from tests.live.environments import ROOT, installed
from tests.live.until import until
from tests.webhooks.test_bots import heard
from tests.world import World, signing_key

from keypost.delivery import signing
from keypost.delivery.canonical import canonical
from keypost.extensions import manifest_file
from keypost.extensions.model import App
from keypost.extensions.replies import judge_reply
from keypost_sdk.content import Message

PROJECT: Final = Path(__file__).parents[1] / "zcatalyst"
LATE_MS: Final = 20_000
"""The vendor's SDK tries to send an answer late once a call is 15 seconds old, and fails."""
ADA: Final = {"id": "11", "first_name": "Ada", "email": "ada@keypost.example", "admin": True}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("zcatalyst"), ROOT / "requirements" / "zcatalyst.txt")


@pytest.fixture(scope="module")
def project(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port at which the vendor's project is served."""
    with serving(python, tmp_path_factory.mktemp("project") / "log") as port:
        yield port


@contextmanager
def serving(python: Path, log: Path) -> Iterator[int]:
    public_key = signing.public_text(signing_key())
    with socket.create_server(("127.0.0.1", 0)) as listener, log.open("wb") as output:
        program = subprocess.Popen(
            [str(python), "-m", "keypost_sdk", "run", "--zcatalyst", str(PROJECT)],
            env={"KEYPOST_LISTEN_FD": str(listener.fileno()), "KEYPOST_PUBLIC_KEY": public_key},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            pass_fds=(listener.fileno(),),
        )
        try:
            until(lambda: b'"listening"' in log.read_bytes(), "the project is served")
            yield listener.getsockname()[1]
        finally:
            program.communicate()  # It ends with its stdin.


async def called(
    port: int, kind: str, handler: str, params: Mapping[str, Any], **others: Any
) -> tuple[int, Mapping[str, Any]]:
    timestamp = time.time_ns() // 1_000_000
    call = {"handler": {"type": handler}, "type": kind, "timestamp": timestamp, "params": {"user": ADA, **params}}
    body = canonical(call | others)
    headers = {signing.HEADER: signing.sign(signing_key(), body)}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{port}/", data=body, headers=headers) as answer,
    ):
        return answer.status, await answer.json()


async def test_a_click_on_its_button_mints_a_token_and_reaches_its_handler(world: World, project: int) -> None:
    app = await installed_in(world, project)
    await world.ada.sign_in()

    said = await world.ada.say(world.id_of("#builds"), "/catalyst")
    dialog = await world.ada.press(world.id_of("#builds"), await newest(world))
    answer = await world.ada.accept(dialog.nonce)

    assert (said.status, dialog.status, answer.status) == (200, 200, 200)
    assert await world.texts_in("#builds") == ["Click on the button, Ada!"]
    secret_size = len((await world.tool(app)).secret)
    assert f"Create Webhook k1: a token of {secret_size} characters for {world.ada.person.email}" in answer.text


async def test_an_event_of_a_third_party_reaches_the_handler_of_its_bot(world: World, project: int) -> None:
    tool = await world.tool(await installed_in(world, project))

    answer = await tool.event(b"Build 7 passed")

    assert answer.status == 200
    assert await world.texts_in("#builds") == ["POST for catalyst: Build 7 passed"]


async def test_what_comes_to_its_bots_own_address_is_told_by_the_bot(world: World, project: int) -> None:
    tool = await world.tool(await installed_in(world, project))

    answer = await tool.event_to_bot(b"Build 8 passed")

    assert answer.status == 200
    assert (await heard(world, tool.app))["ada"] == ["POST for catalyst: Build 8 passed"]
    assert await world.texts_in("#builds") == []


async def installed_in(world: World, port: int) -> App:
    declared = manifest_file.read(PROJECT)
    app = await world.extension(
        "catalyst", commands=declared.commands, functions=declared.functions, permissions=declared.permissions
    )
    world.server.supervisor.attach(app.extension, port)
    return app


async def test_an_old_call_does_not_make_its_sdk_send_anything(project: int) -> None:
    timestamp = time.time_ns() // 1_000_000 - LATE_MS
    params = {"arguments": {"key": "k1", "input": "abc"}, "target": {"name": "Go"}}

    status, answer = await called(
        project,
        "function",
        "button_handler",
        params,
        name="authentication",
        timestamp=timestamp,
        response_url="https://keypost.invalid/v2/extensions/7/responses/1",
    )

    assert status == 200
    assert answer["output"]["text"] == "Go k1: a token of 3 characters for ada@keypost.example"


async def test_its_references_become_buttons_in_the_text(project: int) -> None:
    _, answer = await called(project, "function", "button_handler", {"arguments": {}}, name="refer")

    shown = judge_reply(answer["output"])

    assert isinstance(shown, Message)
    assert shown.references["1"].object.label == "Again"


async def test_its_validator_gives_a_verdict(project: int) -> None:
    app_info = {"current_version": "1.0", "type": "install"}

    _, yes = await called(project, "extension", "installation_validator", {"app_info": app_info})
    stranger = {"user": {**ADA, "admin": False}, "app_info": app_info}
    _, no = await called(project, "extension", "installation_validator", stranger)

    assert yes == {"output": {"status": 200}}
    assert no == {"output": {"status": 400, "title": "Not now", "note": ["Ask an admin."]}}


async def test_a_handler_that_it_does_not_have_is_a_failure_and_no_end(project: int) -> None:
    status, answer = await called(project, "extension", "uninstallation_handler", {"app_info": {}})

    assert (status, answer["code"]) == (500, "handler_failed")
    assert (await called(project, "command", "execution_handler", {}, name="catalyst"))[0] == 200


async def test_the_first_calls_may_come_all_at_once(python: Path, tmp_path: Path) -> None:
    with serving(python, tmp_path / "log") as port:
        answers = await asyncio.gather(
            *(called(port, "command", "execution_handler", {}, name="catalyst") for _ in range(12))
        )

    assert {status for status, _ in answers} == {200}
    assert {answer["output"]["text"] for _, answer in answers} == {"Click on the button, Ada!"}


def test_without_the_vendors_sdk_it_says_what_to_install() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "keypost_sdk", "run", "--zcatalyst", str(PROJECT), "--port", "0"],
        env=os.environ | {"KEYPOST_PUBLIC_KEY": signing.public_text(signing_key())},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert ended.returncode == 1
    assert "has no package zcatalyst_cliq: run pip install zcatalyst-cliq" in ended.stderr
