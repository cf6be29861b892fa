"""Behind a trusted proxy: how much one client may have under way at once, whoever's connections it comes by."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.live.until import PATIENCE_S
from tests.people import Visitor
from tests.serving import HeldClock
from tests.web.feeding import DOORS, Listener, Source, fed
from tests.web.lines import lines, post
from tests.world import World

from keypost.limits.budgets import Budgets
from keypost.limits.counting import Counting
from keypost.people.directory import People
from keypost.proxies import Proxies
from keypost.settings import Settings
from keypost.tokens.register import Register
from keypost.web.gate import Bounds, Gate
from keypost.web.headers import Headers
from keypost.web.parts import Parts
from keypost.web.proxied_door import ProxiedDoor
from keypost.web.routing import Route, Routes, public
from keypost.web.streaming import Feed

PROXIES: Final = Proxies(["127.0.0.1"])
TWO: Final = Gate(Bounds(connections_per_address=2), PROXIES)
SOMEBODY: Final = "X-Forwarded-For: 203.0.113.5"
SOMEBODY_ELSE: Final = "X-Forwarded-For: 203.0.113.6"
FREE: Final = public("this is a test")
MOST: Final = 100
"""What one client may have under way at a usual server."""

doors = pytest.mark.parametrize("door", DOORS)


class House:
    """Answers `/stream` for as long as somebody reads, `/wait` when it is told to, and `/now` at once."""

    def __init__(self, port: int, source: Source, answers: asyncio.Event) -> None:
        self._port = port
        self.source = source
        self.answers = answers
        self._guests = AsyncExitStack()

    async def ask(self, path: str, client: str) -> Listener:
        """As a proxy asks that makes a connection for each request."""
        guest = await Listener.connect(self._port, client, path=path)
        self._guests.push_async_callback(guest.close)
        return guest

    async def status(self, path: str, client: str) -> int:
        return status_of(await (await self.ask(path, client)).head())

    async def until(self, status: int, path: str, client: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while await self.status(path, client) != status:
                pass

    async def leave(self) -> None:
        await self._guests.aclose()


@asynccontextmanager
async def housed(folder: Path, door: str, *, names_clients: bool = True) -> AsyncIterator[House]:
    source, answers, settings = Source(), asyncio.Event(), Settings(data=folder)

    async def stream(_request: Request) -> Response:
        return Feed(source.open, media_type="text/plain")

    async def wait(_request: Request) -> Response:
        await answers.wait()
        return Response()

    async def now(_request: Request) -> Response:
        return Response()

    endpoints = {"/stream": stream, "/wait": wait, "/now": now}
    routes = Routes(Route(("GET",), path, endpoint, FREE) for path, endpoint in endpoints.items())
    limits = Counting(settings, HeldClock(), Budgets(settings, People(), Register()))
    app = ProxiedDoor(routes, Parts(), Headers(https=False), limits, Gate(TWO.bounds, PROXIES))
    async with fed(app if names_clients else nameless(app), door, TWO) as port:
        house = House(port, source, answers)
        try:
            yield house
        finally:
            answers.set()
            await house.leave()


def nameless(app: ASGIApp) -> ASGIApp:
    """As a server serves it that does not know whom it speaks with, such as one on a Unix socket."""

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "client": None}, receive, send)

    return served


@doors
async def test_a_client_has_only_so_many_streams(tmp_path: Path, door: str) -> None:
    async with housed(tmp_path, door) as house:
        assert [await house.status("/stream", SOMEBODY) for _ in range(2)] == [200, 200]

        assert await house.status("/stream", SOMEBODY) == 429
        assert await house.status("/now", SOMEBODY) == 429
        assert await house.status("/stream", SOMEBODY_ELSE) == 200


@doors
async def test_a_stream_that_is_over_makes_room(tmp_path: Path, door: str) -> None:
    async with housed(tmp_path, door) as house:
        ending, leaving = [await house.ask("/stream", SOMEBODY) for _ in range(2)]
        await ending.head()
        await leaving.head()
        await house.source.until(lambda: len(house.source.outlets) == 2)

        house.source.outlets[0].end()
        await house.until(200, "/stream", SOMEBODY)
        assert await house.status("/now", SOMEBODY) == 429

        await leaving.close()
        await house.until(200, "/stream", SOMEBODY)
        assert await house.status("/now", SOMEBODY) == 429


@doors
async def test_a_client_has_only_so_many_requests_that_wait_for_an_answer(tmp_path: Path, door: str) -> None:
    async with housed(tmp_path, door) as house:
        waiting = [await house.ask("/wait", SOMEBODY) for _ in range(2)]
        await house.until(429, "/now", SOMEBODY)  # Both have arrived.
        house.answers.set()

        assert [(await one.head()).split()[1] for one in waiting] == [b"200", b"200"]
        await house.until(200, "/now", SOMEBODY)


@doors
async def test_the_proxy_itself_is_not_counted(tmp_path: Path, door: str) -> None:
    async with housed(tmp_path, door) as house:
        assert [await house.status("/stream", "X: nobody is named") for _ in range(5)] == [200] * 5


@doors
async def test_whom_nobody_knows_is_not_counted(tmp_path: Path, door: str) -> None:
    async with housed(tmp_path, door, names_clients=False) as house:
        assert [await house.status("/stream", SOMEBODY) for _ in range(5)] == [200] * 5


async def test_of_a_usual_server_a_client_opens_100_pages_and_posts_all_the_same(world: World) -> None:
    tool = await world.tool()
    await world.restart(trusted_proxies=("127.0.0.1",))
    await world.ada.sign_in()
    pages = lines(world, Gate(proxies=PROXIES), MOST + 2)
    async with pages as (*most, one_more, another):
        for each in most:
            await each.say(opening(world.ada, SOMEBODY))
            assert status_of(await each.hear_head()) == 200

        await one_more.say(opening(world.ada, SOMEBODY))
        head, refusal = await one_more.hear_raw()
        assert (status_of(head), json.loads(refusal)["code"]) == (429, "too_many_connections")
        assert b"\r\nretry-after: 10\r\n" in head.lower() + b"\r\n"
        await one_more.say(post(tool, "Hello", SOMEBODY))
        assert (await one_more.hear())[0] == 204
        await another.say(opening(world.ada, SOMEBODY_ELSE))
        assert status_of(await another.hear_head()) == 200


def opening(who: Visitor, client: str) -> bytes:
    cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in who.session.cookie_jar)
    return f"GET /live HTTP/1.1\r\nHost: x\r\nCookie: {cookies}\r\n{client}\r\n\r\n".encode()


def status_of(head: bytes) -> int:
    return int(head.split()[1])
