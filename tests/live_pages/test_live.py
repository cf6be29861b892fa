"""Pages that follow what happens: a snapshot, and every event after it, once and in order."""

import asyncio
import socket

import pytest
from tests.people import Happening, Stream, Visitor
from tests.world import World
from yarl import URL

from keypost.live.hub import BACKLOG_MAX, QUEUE_MAX


async def test_a_message_appears_on_every_members_page_and_on_no_other(world: World) -> None:
    standup = await world.tool()
    for visitor in (world.ada, world.grace, world.alan):
        await visitor.sign_in()

    async with world.ada.watching() as ada, world.grace.watching() as grace, world.alan.watching() as alan:
        await standup.say("#builds", "for Ada and Grace")
        await standup.say("#general", "for everybody")
        seen = {name: await seen_until(stream, "for everybody") for name, stream in streams(ada, grace, alan)}

    assert [len(seen[name]) for name in ("ada", "grace", "alan")] == [2, 2, 1]
    assert seen["ada"] == seen["grace"]
    assert "for Ada and Grace" not in str(seen["alan"])


async def test_another_organisation_sees_nothing(world: World) -> None:
    mallory = await world.foreigner()
    foreign = await world.tool(owner=mallory, origin=None)
    standup = await world.tool()
    await mallory.sign_in()

    async with mallory.watching(since=0) as stream:
        await standup.say("#general", "secret plans")
        await foreign.say("#general", "at home")
        seen = await seen_until(stream, "at home")

    assert "secret plans" not in str(seen)


async def test_after_a_cut_a_page_gets_what_it_missed_and_nothing_twice(world: World) -> None:
    standup = await world.tool()
    await world.ada.sign_in()
    async with world.ada.watching() as stream:
        await standup.say("#general", "0")
        (first,) = await seen_until(stream, "0")
    for number in range(1, 4):
        await standup.say("#general", f"{number}")

    async with world.ada.watching(since=0, headers=[("Last-Event-ID", f"{first.number}")]) as stream:
        missed = await seen_until(stream, ">3<")

    numbers = [happening.number for happening in missed]
    assert len(missed) == 3
    assert numbers == sorted({number for number in numbers if number is not None})


@pytest.mark.parametrize("since", [10**9, 0])
async def test_a_page_from_the_future_or_too_far_behind_is_told_to_start_anew(world: World, since: int) -> None:
    standup = await world.tool()
    await world.ada.sign_in()
    if since == 0:
        await asyncio.gather(*[standup.say("#general", f"{number}") for number in range(BACKLOG_MAX + 1)])

    async with world.ada.watching(since=since) as stream:
        happened = await stream.next()
        await standup.say("#general", "from here on")
        after = await stream.next()

    assert happened is not None
    assert happened.name == "reset"
    assert after is not None
    assert "from here on" in after.data["html"]


@pytest.mark.parametrize("since", ["x", "-1", "1.5", "99999999999999999999999"])
async def test_a_cursor_that_is_no_number_starts_now(world: World, since: str) -> None:
    await world.ada.sign_in()
    standup = await world.tool()

    async with world.ada.watching(headers=[("Last-Event-ID", since)]) as stream:
        await standup.say("#general", "from here on")
        happened = await stream.next()

    assert happened is not None
    assert happened.name in {"message", "reset"}


async def test_a_reader_that_does_not_read_is_cut_and_harms_nobody(world: World) -> None:
    standup = await world.tool()
    await world.ada.sign_in()
    await world.grace.sign_in()
    slow = await slow_reader(world, world.ada)
    big = "x" * 5000

    async with world.grace.watching() as quick:
        for _ in range(4):
            await asyncio.gather(*[standup.say("#general", big) for _ in range(QUEUE_MAX // 2)])
        await standup.say("#general", "the end")
        seen = await seen_until(quick, "the end")
        assert len(seen) == 4 * (QUEUE_MAX // 2) + 1
        watchers = world.server.hub._watchers[world.org_id]
        assert {watcher.person_id for watcher in watchers} == {world.grace.person.id}

    slow.close()


async def test_a_server_that_stops_ends_every_stream(world: World) -> None:
    await world.ada.sign_in()

    async with world.ada.watching() as stream:
        world.server.hub.end_streams()

        assert await stream.next() is None


async def seen_until(stream: Stream, last: str) -> list[Happening]:
    """What happens, up to the message with this text in it."""
    seen: list[Happening] = []
    while not seen or last not in seen[-1].data.get("html", ""):
        happened = await stream.next()
        assert happened is not None, f"the stream ended after {len(seen)} events"
        seen.append(happened)
    return seen


async def slow_reader(world: World, who: Visitor) -> socket.socket:
    """A browser that opened its stream and went to sleep; its kernel buffers as little as it can."""
    cookies = who.session.cookie_jar.filter_cookies(URL(world.base))
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
    sleeper = socket.socket()
    sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sleeper.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(sleeper, ("127.0.0.1", world.settings.port))
    await loop.sock_sendall(sleeper, f"GET /live HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n".encode())
    assert (await loop.sock_recv(sleeper, 15)).endswith(b"200 OK")
    return sleeper


def streams(ada: Stream, grace: Stream, alan: Stream) -> list[tuple[str, Stream]]:
    return [("ada", ada), ("grace", grace), ("alan", alan)]
