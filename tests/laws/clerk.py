"""The tests' extension as a program in this very process: by the SDK, over a real socket, by the clock of its world.

So that days may pass between two calls, and a new start of the server waits for no process of its own.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

from aiohttp import web
from tests.serving import listening
from tests.world import World

from keypost.extensions.model import App
from keypost.ids import TokenId, read_token
from keypost_sdk import Answer, Banner, ButtonCall, Extension, Message
from keypost_sdk.server import app as program
from keypost_sdk.signature import read_public_key

ELSEWHERE: Final = "https://standup.example.net/"
"""Where it would run if nobody attached it."""


class Heard(NamedTuple):
    """What a call told its function: the new token with its secret, whose it is, and which ones it replaces."""

    token: TokenId
    function: str
    person: str
    secret: str
    replaces: tuple[TokenId, ...]

    @classmethod
    def of(cls, call: ButtonCall) -> "Heard":
        assert call.token is not None
        assert call.secret is not None
        replaces = tuple(map(_token_id, call.token.replaces))
        return cls(_token_id(call.token.id), call.name, call.access.user_id, call.secret.reveal(), replaces)


class Clerk:
    """`heard` are the calls that reached it, in order."""

    def __init__(self, app: App, port: int) -> None:
        self.app = app
        self.port = port
        self.heard: list[Heard] = []

    def attach(self, world: World) -> None:
        """Its calls come here, until it is switched off or the server ends."""
        world.server.supervisor.attach(self.app.extension, self.port)


@asynccontextmanager
async def clerk_of(world: World) -> AsyncIterator[Clerk]:
    app = await world.extension(address=ELSEWHERE)
    with listening() as listener:
        clerk = Clerk(app, listener.getsockname()[1])
        served = program(_extension(clerk.heard), read_public_key(app.extension.public_key), world.clock.now_ms)
        runner = web.AppRunner(served, access_log=None, auto_decompress=False)
        await runner.setup()
        await web.SockSite(runner, listener).start()
        clerk.attach(world)
        try:
            yield clerk
        finally:
            await runner.cleanup()


def connect(_: ButtonCall) -> Answer:
    return Banner(text="Standup is connected")


def cheer(_: ButtonCall) -> Answer:
    return Message(text="Hooray!")


def tell(call: ButtonCall) -> Answer:
    """Answers with the secret itself."""
    return Message(text=f"Your token is {call.secret.reveal() if call.secret is not None else ''}")


def decline(_: ButtonCall) -> Answer:
    return Banner(text="Not today", status="failure")


def fail(_: ButtonCall) -> Answer:
    raise RuntimeError("this function always fails")


FUNCTIONS: Final[Mapping[str, Callable[[ButtonCall], Answer]]] = {
    "authentication": connect,
    "cheer": cheer,
    "tell": tell,
    "decline": decline,
    "fail": fail,
}


def _extension(heard: list[Heard]) -> Extension:
    extension = Extension("standup")
    for name, function in FUNCTIONS.items():
        extension.function(name)(_noting(heard, function))
    return extension


def _noting(heard: list[Heard], function: Callable[[ButtonCall], Answer]) -> Callable[[ButtonCall], Awaitable[Answer]]:
    async def noting(call: ButtonCall) -> Answer:
        heard.append(Heard.of(call))
        return function(call)

    return noting


def _token_id(shown: str) -> TokenId:
    token_id = read_token(shown)
    assert token_id is not None
    return token_id
