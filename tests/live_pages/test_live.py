"""Pages that follow what happens: a snapshot, and every event after it, once and in order."""

import asyncio

import pytest
from tests.people import Happening, Stream
from tests.world import World

from keypost.live.hub import BACKLOG_MAX


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


def streams(ada: Stream, grace: Stream, alan: Stream) -> list[tuple[str, Stream]]:
    return [("ada", ada), ("grace", grace), ("alan", alan)]
