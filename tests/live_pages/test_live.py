"""Pages that follow what happens: a snapshot, and every event after it, once and in order."""

import asyncio
import re
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.people import Happening, Stream, Tool, Visitor
from tests.world import World
from yarl import URL

from keypost.chat import service as chat
from keypost.chat.model import Party, PartyKind
from keypost.live.hub import BACKLOG_MAX, QUEUE_MAX

ARTICLE = re.compile(r'<article class="message" id="m-([^"]+)".*?</article>', re.DOTALL)
CURSOR = re.compile(r'data-cursor="(\d+)"')


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


async def test_who_has_left_a_chat_hears_no_more_of_it(world: World) -> None:
    standup = await world.tool()
    await world.grace.sign_in()

    async with world.grace.watching() as stream:
        party = Party(PartyKind.PERSON, world.grace.person.id)
        await world.write(chat.remove_member, world.server.chats, world.chat("#builds"), party)
        await standup.say("#builds", "behind her back")
        await standup.say("#general", "for everybody")
        (seen,) = await seen_until(stream, "for everybody")

    assert "behind her back" not in seen.data["html"]


async def test_a_server_that_stops_ends_every_stream(world: World) -> None:
    await world.ada.sign_in()

    async with world.ada.watching() as stream:
        world.server.hub.end_streams()

        assert await stream.next() is None


VERBS = st.lists(st.sampled_from(["#general", "#builds", "direct", "typed"]), min_size=1, max_size=6)


@settings(max_examples=10)
@given(before=VERBS, after=VERBS)
async def test_the_snapshot_before_and_the_events_make_the_snapshot_after(
    lasting_world: World, before: list[str], after: list[str]
) -> None:
    world, standup = lasting_world, await lasting_world.tool()
    await world.ada.sign_in()
    for verb in before:
        await do(world, standup, verb)
    start, cursor = await snapshot(world.ada, world.id_of("#general"))

    for verb in after:
        await do(world, standup, verb)
    await standup.say("#general", "the end")
    async with world.ada.watching(since=cursor) as stream:
        events = await seen_until(stream, "the end")
    await world.revoke(standup)

    shown = dict(start)
    for event in events:
        if event.name == "message" and event.data["chat"] == world.id_of("#general"):
            shown[event.data["message"]] = event.data["html"]
    end, _ = await snapshot(world.ada, world.id_of("#general"))
    assert {key: spaceless(shown[key]) for key in list(shown)[-len(end) :]} == {
        key: spaceless(html) for key, html in end.items()
    }


async def do(world: World, standup: Tool, verb: str) -> None:
    if verb == "typed":
        await world.ada.say(world.id_of("#general"), "Typed by *Ada*")
    else:
        await standup.say(verb if verb.startswith("#") else world.id_of(verb), f"To {verb} with `code`")


async def snapshot(who: Visitor, chat_id: str) -> tuple[dict[str, str], int]:
    """The messages of a page, oldest first, and the event number at which it was taken."""
    page = await who.get(f"/chats/{chat_id}", [("Accept", "text/html")])
    found = CURSOR.search(page.text)
    assert found is not None
    return {match[1]: match[0] for match in ARTICLE.finditer(page.text)}, int(found[1])


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


def spaceless(html: str) -> str:
    return re.sub(r"\s+", " ", html).strip()
