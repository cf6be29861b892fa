"""The fast lane beside the application: whoever posts cannot tell which of the two answers."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from starlette.types import Receive, Scope, Send
from tests.chat.test_slow_database import held
from tests.live.until import PATIENCE_S, until
from tests.people import Tool
from tests.serving import OPEN, listening, serving
from tests.web.lines import PATH, Line, lines, post
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import Party, PartyKind
from keypost.db.tables import messages
from keypost.web import protocol

GOOD = b'{"text":"good"}'
IDS = re.compile(rb"\d{13}_\d+")
VARY = frozenset({b"date"})


class Heard(NamedTuple):
    status: bytes
    fields: list[bytes]
    body: bytes


@asynccontextmanager
async def both(world: World) -> AsyncIterator[tuple[Line, Line]]:
    """A connection to a server with the fast lane, and one to a server without, over the same world."""
    async with AsyncExitStack() as stack:
        made = []
        for fast_lane in (world.server.fast_lane, None):
            listener = listening()
            await stack.enter_async_context(serving(world.server.door, listener, OPEN, fast_lane))
            line = Line(*await asyncio.open_connection(*listener.getsockname()))
            stack.push_async_callback(line.end)
            made.append(line)
        yield made[0], made[1]


async def heard(line: Line, raw: bytes, *, has_body: bool = True) -> Heard:
    await line.say(raw)
    head, body = await line.hear_raw() if has_body else (await line.hear_head(), b"")
    first, *fields = head.split(b"\r\n")
    known = [field for field in fields if field.partition(b":")[0] not in VARY]
    return Heard(first, known, IDS.sub(b"ID", body))


async def nothing(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise AssertionError("The application was asked.")


async def at_once(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body"})


def request(
    tool: Tool, path: str, body: bytes, *, method: str = "POST", carried: str = "header", fields: tuple[str, ...] = ()
) -> bytes:
    mark = "&" if "?" in path else "?"
    query = {"query": f"{mark}zapikey={tool.secret}", "twice": f"{mark}zapikey={tool.secret}"}.get(carried, "")
    named = {
        "header": f"X-Keypost-Token: {tool.secret}",
        "twice": f"X-Keypost-Token: {tool.secret}",
        "bearer": f"Authorization: Bearer {tool.secret}",
        "zapikey": f"Authorization: Zoho-zapikey {tool.secret}",
        "wrong": f"X-Keypost-Token: {tool.secret[:-1]}x",
    }.get(carried)
    head = [f"{method} {path}{query} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join(head + ([named] if named else [])).encode() + b"\r\n\r\n" + body


PLACES = (
    "/api/v2/channelsbyname/builds/message",
    "/api/v3/channelsbyname/builds/messages",
    "/api/v3/channels/builds/message",
    "/api/v2/channels/{channel}/message",
    "/api/v3/channels/{channel}/messages",
    "/api/v2/chats/{chat}/message",
    "/api/v3/chats/{chat}/messages",
    "/api/v2/chats/{grace}/message",
    "/api/v2/buddies/{grace}/message",
    "/api/v2/buddies/nobody@x.example/message",
    "/api/v2/channelsbyname/no%20where/message",
    "/api/v2/channelsbyname/%62uilds/message",
    "/api/v2/channels/O1/message",
    "/api/v2/channelsbyname/builds/nothing",
    "/api/v2/bots/buildbot/message",
    "/api/v1/tokens",
)
BODIES = (
    b'{"text":"plain"}',
    b'{"text":"plain","sync_message":true}',
    b'{"text":"plain","sync_message":"yes"}',
    b'{"text":"plain","card":{"title":"A card"},"bot":{"name":"Builds"},"unknown":1}',
    b'{"text":"{@all} look"}',
    b'{"text":"plain","reply_to":"1700000000000_1"}',
    b'{"text":"plain","reply_to":""}',
    b'{"text":"plain","thread_message_id":"1700000000000_1","thread_title":"A thread"}',
    b'{"text":"a","text":"b"}',
    b'{"text":"' + b"x" * 6_000 + b'"}',
    b'{"text":"' + b"x" * 17_000 + b'"}',
    b'{"text":"\\u0000"}',
    b'{"text":"\\ud800"}',
    b'{"text":""}',
    b"{}",
    b"[]",
    b"{",
    b"\xff",
    b"",
)
QUERIES = (
    "",
    "?",
    "?mark_as_read=maybe",
    "?bot_unique_name=buildbot",
    "?bot_unique_name=nobody",
    "?other=1",
    "?appkey=x&%7aapikey=x",
)
FIELDS = (
    "Accept: application/json",
    "Accept: text/html",
    "Content-Type: text/plain",
    "Content-Encoding: gzip",
    "Cookie: a=b",
    "Idempotency-Key: ",
    "X-GitHub-Delivery: twice",
    "Connection: close",
)
CARRIED = ("header", "query", "bearer", "zapikey", "wrong", "twice", "none")
METHODS = ("POST", "GET", "HEAD", "PUT")
COMPANIES = ("", "/company/{org}", "/company/1")


class Wish(NamedTuple):
    """A post that is plain, but for what is said."""

    place: str = PLACES[0]
    company: str = ""
    query: str = ""
    body: bytes = BODIES[0]
    carried: str = "header"
    fields: tuple[str, ...] = ()
    method: str = "POST"


ODD_IN_ONE_THING = (
    *(Wish(place=place) for place in PLACES),
    *(Wish(company=company) for company in COMPANIES),
    *(Wish(query=query) for query in QUERIES),
    *(Wish(body=body) for body in BODIES),
    *(Wish(carried=carried) for carried in CARRIED),
    *(Wish(fields=(field,)) for field in FIELDS),
    *(Wish(method=method) for method in METHODS),
)


@pytest.mark.parametrize("wish", ODD_IN_ONE_THING)
async def test_both_doors_do_the_same_with_a_post_that_is_odd_in_one_thing(lasting_world: World, wish: Wish) -> None:
    await _require_same(lasting_world, wish)


@given(
    wish=st.builds(
        Wish,
        place=st.sampled_from(PLACES),
        company=st.sampled_from(COMPANIES),
        query=st.sampled_from(QUERIES),
        body=st.sampled_from(BODIES) | st.text(max_size=20).map(lambda text: json.dumps({"text": text}).encode()),
        carried=st.sampled_from(CARRIED),
        fields=st.lists(st.sampled_from(FIELDS), max_size=2, unique=True).map(tuple),
        method=st.sampled_from(METHODS),
    )
)
async def test_both_doors_do_the_same_with_whatever_is_odd_together(lasting_world: World, wish: Wish) -> None:
    await _require_same(lasting_world, wish)


async def _require_same(world: World, wish: Wish) -> None:
    tool = await world.standing_tool()
    names = {
        "channel": f"O{world.chat('#builds').id}",
        "chat": world.id_of("#builds"),
        "grace": str(world.grace.person.id),
        "org": str(world.org_id),
    }
    path = (wish.company + wish.place).format(**names) + wish.query
    raw = request(tool, path, wish.body, method=wish.method, carried=wish.carried, fields=wish.fields)

    answers, stored = [], []
    async with both(world) as doors:
        for door in doors:
            before = len(await _stored(world))
            answers.append(await heard(door, raw, has_body=wish.method != "HEAD"))
            stored.append((await _stored(world))[before:])

    assert answers[0] == answers[1]
    assert stored[0] == stored[1] or "X-GitHub-Delivery: twice" in wish.fields


@pytest.mark.parametrize(
    ("policy", "limits"),
    [
        ("token", {"posts_per_minute": 9}),
        ("person", {"posts_per_minute": 600, "posts_per_minute_of_person": 9}),
        ("chat", {"posts_per_minute": 600, "posts_per_minute_in_chat": 9}),
    ],
)
async def test_both_doors_count_alike(world: World, policy: str, limits: dict[str, int]) -> None:
    await world.restart(**limits)
    tool, said = await world.tool(), []
    for which in range(2):
        await world.restart()  # It has forgotten what was counted.
        async with both(world) as doors:
            said.append([await heard(doors[which], request(tool, PATH, body)) for body in (GOOD, b"bad", *[GOOD] * 5)])

    assert said[0] == said[1]
    assert [answer.status.split()[1] for answer in said[0]][:3] == [b"204", b"400", b"204"]
    assert said[0][-1].status.split()[1] == b"429"
    assert any(field.startswith(b'ratelimit: "%b";r=0' % policy.encode()) for field in said[0][-1].fields)


@pytest.mark.parametrize(
    "place",
    [
        "/api/v2/channelsbyname/builds/message",
        "/api/v3/channelsbyname/builds/messages",
        "/api/v3/channels/builds/message",
        "/api/v2/channels/{channel}/message",
        "/api/v3/chats/{chat}/messages",
        "/company/{org}/api/v2/buddies/{grace}/message",
    ],
)
async def test_a_plain_post_is_answered_without_the_application(lasting_world: World, place: str) -> None:
    world = lasting_world
    tool = await world.standing_tool()
    names = {"channel": f"O{world.chat('#builds').id}", "chat": world.id_of("#builds"), "org": world.org_id}
    listener = listening()
    async with serving(nothing, listener, OPEN, world.server.fast_lane):
        line = Line(*await asyncio.open_connection(*listener.getsockname()))
        path = place.format(grace=world.grace.person.id, **names)
        await line.say(*[request(tool, path, b'{"text":"plain"}')] * 2)

        assert (await line.hear())[0] // 100 == 2
        assert (await line.hear())[0] == 500
        await line.end()


async def test_what_the_fast_lane_remembers_of_a_sender_ends_with_any_change(world: World) -> None:
    tool = await world.tool()
    party = Party(PartyKind.PERSON, world.ada.person.id)
    chats, builds = world.server.chats, world.chat("#builds")
    async with lines(world, OPEN) as (line,):
        await line.say(request(tool, PATH, b'{"text":"before"}'))
        assert (await line.hear())[0] == 204

        await world.write(chat.remove_member, chats, builds, party)
        await line.say(request(tool, PATH, b'{"text":"while away"}'))
        assert await line.hear_code() == (403, "channel_access_denied")

        await world.write(chat.add_member, chats, builds, party)
        await line.say(request(tool, PATH, b'{"text":"after"}'))
        assert (await line.hear())[0] == 204

    assert await world.texts_in("#builds") == ["before", "after"]


@given(
    kinds=st.lists(st.sampled_from(["post", "page", "bad", "named"]), min_size=1, max_size=8), cut=st.integers(1, 400)
)
async def test_answers_come_in_the_order_of_their_requests(lasting_world: World, kinds: list[str], cut: int) -> None:
    tool = await lasting_world.standing_tool()
    said = {
        "post": (post(tool, "One of many", sync=True), 200),
        "page": (b"GET /signed-out HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        "bad": (request(tool, PATH, b"bad"), 400),
        "named": (request(tool, PATH, b'{"text":"for a bot"}', fields=("Accept: text/html",)), 406),
    }
    raw = b"".join(said[kind][0] for kind in kinds)
    async with lines(lasting_world, OPEN) as (hasty,):
        await hasty.say(*(raw[start : start + cut] for start in range(0, len(raw), cut)))
        answers = [await hasty.hear() for _ in kinds]

    assert [status for status, _ in answers] == [said[kind][1] for kind in kinds]
    ids = [json.loads(body)["message_id"] for kind, (_, body) in zip(kinds, answers, strict=True) if kind == "post"]
    assert ids == sorted(ids, key=lambda shown: [int(part) for part in shown.split("_")])
    assert len(set(ids)) == len(ids)


async def test_a_post_that_comes_in_pieces_is_taken_all_the_same(lasting_world: World) -> None:
    tool = await lasting_world.standing_tool()
    whole = post(tool, "In pieces")
    listener = listening()
    async with serving(nothing, listener, OPEN, lasting_world.server.fast_lane):
        line = Line(*await asyncio.open_connection(*listener.getsockname()))
        await line.say(whole[:-5])
        await line.say(whole[-5:])

        assert (await line.hear())[0] == 204
        await line.end()


async def test_a_post_that_does_not_come_whole_is_soon_the_applications(
    lasting_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HOLD_S", 0.01)
    tool = await lasting_world.standing_tool()
    listener = listening()
    async with serving(at_once, listener, OPEN, lasting_world.server.fast_lane):
        line = Line(*await asyncio.open_connection(*listener.getsockname()))
        await line.say(post(tool, "Never whole")[:-5])

        assert await line.hear() == (202, b"")
        await line.end()


async def test_a_client_that_waits_to_be_told_is_not_held_back(
    lasting_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HOLD_S", 2 * PATIENCE_S)
    head, _, body = post(await lasting_world.standing_tool(), "Told", "Expect: 100-continue").partition(b"\r\n\r\n")
    async with lines(lasting_world, OPEN) as (polite,):
        await polite.say(head + b"\r\n\r\n")
        assert (await polite.hear())[0] == 100
        await polite.say(body)
        assert (await polite.hear())[0] == 204


async def test_a_client_that_goes_away_harms_nobody(world: World) -> None:
    tool = await world.tool()
    async with lines(world, OPEN, 3) as (going, staying, _):
        async with held(world):
            await going.say(post(tool, "going"))
            await asyncio.to_thread(until, lambda: world.server.lane.is_committing, "a commit")
            await staying.say(post(tool, "staying"))
            await going.end()
        assert (await staying.hear())[0] == 204
        await world.server.lane.drain()

    assert await world.texts_in("#builds") == ["going", "staying"]


async def test_a_server_that_stops_answers_what_it_took(world: World) -> None:
    tool = await world.tool()
    async with AsyncExitStack() as stack:
        listener = listening()
        line = None
        async with held(world), serving(world.server.door, listener, OPEN, world.server.fast_lane):
            line = Line(*await asyncio.open_connection(*listener.getsockname()))
            stack.push_async_callback(line.end)
            await line.say(post(tool, "taken"))
            await asyncio.to_thread(until, lambda: world.server.lane.is_committing, "a commit")
        head, _ = await line.hear_raw()

        assert head.startswith(b"HTTP/1.1 204")
        assert b"connection: close" in head
        assert await line.hear_end() == b""
    assert await world.texts_in("#builds") == ["taken"]


async def _stored(world: World) -> list[tuple[int, str]]:
    """Where and what."""
    rows = await world.read(lambda tx: tx.all(select(messages.c.chat_id, messages.c.content).order_by(messages.c.id)))
    return [(row.chat_id, row.content) for row in rows]
