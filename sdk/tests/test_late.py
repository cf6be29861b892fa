import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from sdk_world import CANARY, PATIENCE_S, click, sign

from keypost_sdk import Banner, ButtonCall, Extension
from keypost_sdk.late import is_safe
from keypost_sdk.server import app

NONCE = "/v2/extensions/7/responses/123"
LATER_S = 600.0


class Place:
    """An extension whose only function waits until it is let go, and a server that takes late answers."""

    def __init__(self, private_key: RSAPrivateKey) -> None:
        self.heard: asyncio.Queue[Any] = asyncio.Queue()
        self.began = asyncio.Event()
        self.let_go = asyncio.Event()
        self.answer: Banner | Exception = Banner(text="Done")
        self.address = ""
        self.late_address = ""
        self._private_key = private_key

    def extension(self) -> Extension:
        extension = Extension("slow")

        @extension.function("connect")
        async def connect(_: ButtonCall) -> Banner:
            self.began.set()
            await self.let_go.wait()
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        return extension

    async def take(self, request: web.BaseRequest) -> web.Response:
        await self.heard.put((request.method, request.path, json.loads(await request.read())))
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    async def press(self, response_url: str | None = None) -> Any:
        body = click("connect", response_url=self.late_address if response_url is None else response_url)
        headers = {"X-Cliq-Signature": sign(self._private_key, body)}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.address, data=body, headers=headers) as answer,
        ):
            return answer.status, await answer.json()


@asynccontextmanager
async def place(private_key: RSAPrivateKey, late_from_s: float) -> AsyncIterator[Place]:
    found = Place(private_key)
    program = app(found.extension(), private_key.public_key(), late_from_s=late_from_s)
    runners: list[web.BaseRunner[Any]] = [web.AppRunner(program), web.ServerRunner(web.Server(found.take))]
    for runner in runners:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.address, base = (f"http://127.0.0.1:{runner.addresses[0][1]}/" for runner in runners)
    found.late_address = base.rstrip("/") + NONCE
    try:
        yield found
    finally:
        for runner in runners:
            await runner.cleanup()


def test_a_late_answer_goes_to_its_address_once_and_follows_nobody(private_key: RSAPrivateKey) -> None:
    async def whole() -> None:
        async with place(private_key, late_from_s=0) as here:
            here.let_go.set()

            answered = await here.press()

            assert answered == (200, {"output": {"type": "banner", "text": "Done"}})
            assert here.heard.get_nowait() == ("POST", NONCE, {"output": {"type": "banner", "text": "Done"}})
            assert here.heard.empty()

    asyncio.run(whole())


def test_an_answer_in_time_is_not_sent_again(private_key: RSAPrivateKey) -> None:
    async def whole() -> None:
        async with place(private_key, late_from_s=LATER_S) as here:
            here.let_go.set()

            assert (await here.press())[0] == 200
            assert here.heard.empty()

    asyncio.run(whole())


def test_who_has_hung_up_gets_the_answer_late(private_key: RSAPrivateKey) -> None:
    async def whole() -> None:
        async with place(private_key, late_from_s=LATER_S) as here:
            waiting = asyncio.create_task(here.press())
            await here.began.wait()
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            here.let_go.set()

            async with asyncio.timeout(PATIENCE_S):
                heard = await here.heard.get()
            assert heard[2] == {"output": {"type": "banner", "text": "Done"}}

    asyncio.run(whole())


def test_a_late_failure_is_told_without_its_reason(private_key: RSAPrivateKey) -> None:
    async def whole() -> None:
        async with place(private_key, late_from_s=0) as here:
            here.answer = ValueError(CANARY)
            here.let_go.set()

            status, _ = await here.press()

            assert status == 500
            failed = {"type": "banner", "text": "The extension failed.", "status": "failure"}
            assert here.heard.get_nowait()[2] == {"output": failed}

    asyncio.run(whole())


def test_an_address_elsewhere_without_https_gets_nothing(private_key: RSAPrivateKey) -> None:
    async def whole() -> None:
        async with place(private_key, late_from_s=0) as here:
            here.let_go.set()
            # Every address of this machine, and so not surely this machine's own.
            elsewhere = here.late_address.replace("127.0.0.1", "0.0.0.0")

            assert (await here.press(elsewhere))[0] == 200
            assert here.heard.empty()

    asyncio.run(whole())


@pytest.mark.parametrize("address", ["", "http://keypost.example/x", "https://127.0.0.1:1/nobody", "not an address"])
def test_an_address_that_does_not_take_it_changes_nothing(
    private_key: RSAPrivateKey, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def whole() -> None:
        async with place(private_key, late_from_s=0) as here:
            here.let_go.set()

            assert (await here.press(address))[0] == 200

    asyncio.run(whole())
    assert "nobody" not in caplog.text


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://keypost.example/x", True),
        ("http://127.0.0.1:5397/x", True),
        ("http://[::1]:5397/x", True),
        ("http://localhost/x", True),
        ("http://keypost.example/x", False),
        ("http://10.0.0.1/x", False),
        ("http://127.0.0.1.keypost.example/x", False),
        ("http://localhost@keypost.example/x", False),
        ("https:///x", False),
        ("https://[/x", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_it_goes_over_https_or_stays_here(address: str, expected: bool) -> None:
    assert is_safe(address) is expected
