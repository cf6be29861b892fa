"""Whoever posts cannot tell whether the fast lane answers or the application."""

import json
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.doors import NAMES, both, heard, heard_all, known_in, names_in, request, stored_in
from tests.web.lines import PATH
from tests.world import World

from keypost.clock import MINUTE_MS

GOOD = b'{"text":"good"}'
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
    "/api/v2/channelsbyname/daily/message",
    "/api/v2/bots/buildbot/message",
    "/api/v3/bots/buildbot/messages",
    "/api/v2/bots/{bot}/message",
    "/api/v3/bots/{bot}/messages",
    "/api/v2/bots/nobody/message",
    "/api/v1/tokens",
    "/api/v2/channelsbyname/builds/message#builds",
    "http://x/api/v2/channelsbyname/builds/message",
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
    b'{"text":"plain","user_ids":"grace@example.com, ada@example.com","sync_message":true}',
    b'{"text":"plain","user_ids":"nobody@x.example"}',
    b'{"text":"plain","broadcast":true,"sync_message":true}',
    b'{"text":"plain","thread_chat_id":"CT_1_1"}',
    b'{"card":{"title":"A card"}}',
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
    b'\xef\xbb\xbf{"text":"plain"}',
    b"",
)
QUERIES = (
    "",
    "?",
    "?mark_as_read=maybe",
    "?bot_unique_name=buildbot",
    "?bot_unique_name=nobody",
    "?a#&bot_unique_name=buildbot",
    "?bot_unique_name={bot}",
    "?bot_unique_name={bot}&appkey={appkey}",
    "?bot_unique_name={bot}&appkey=x",
    "?appkey={appkey}",
    "?appkey={appkey}&user_ids={grace}",
    "?extension_key={appkey}&CHANNEL_UNIQUE_NAME=daily",
    "?other=1",
    "?appkey=x&%7aapikey=x",
)
FIELDS = (
    "Accept: application/json",
    "Accept: text/html",
    "Content-Type: text/plain",
    "Content-Encoding: gzip",
    "Content-Encoding:",
    "Cookie: a=b",
    "Idempotency-Key: ",
    "X-GitHub-Delivery: {name}",
    "webhook-id: {name}",
    "Connection: close",
)
CARRIED = (
    "header",
    "query",
    "bearer",
    "zapikey",
    "wrong",
    "twice",
    "none",
    "person's bearer",
    "person's",
    "person's wrong",
)
METHODS = ("POST", "GET", "HEAD", "PUT")
COMPANIES = ("", "/company/{org}", "/company/1")


class Wish(NamedTuple):
    """A post that is plain, but for what is said. What follows on the same connection has the body `again`."""

    place: str = PLACES[0]
    company: str = ""
    query: str = ""
    body: bytes = BODIES[0]
    carried: str = "header"
    fields: tuple[str, ...] = ()
    method: str = "POST"
    again: bytes | None = None


NAMED = "X-GitHub-Delivery: {name}"
ODD_IN_ONE_THING = (
    *(Wish(place=place) for place in PLACES),
    *(Wish(company=company) for company in COMPANIES),
    *(Wish(query=query, body=body) for query in QUERIES for body in BODIES[:2]),
    *(Wish(body=body) for body in BODIES),
    *(Wish(carried=carried) for carried in CARRIED),
    *(Wish(fields=(field,)) for field in FIELDS),
    *(Wish(method=method) for method in METHODS),
    *(
        Wish(place=place, query=query, carried=carried)
        for place in ("/api/v2/channelsbyname/daily/message", "/api/v3/bots/{bot}/messages")
        for query in QUERIES
        for carried in ("header", "person's")
    ),
    *(
        Wish(place=place, body=body, again=again, fields=(NAMED,), query="?appkey={appkey}")
        for place in (PLACES[0], "/api/v2/bots/{bot}/message")
        for body in (BODIES[1], b'{"text":"plain","user_ids":"grace@example.com, ada@example.com"}', b"{}")
        for again in (body, BODIES[0], b"{")
    ),
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
        again=st.none() | st.sampled_from(BODIES),
    )
)
async def test_both_doors_do_the_same_with_whatever_is_odd_together(lasting_world: World, wish: Wish) -> None:
    await _require_same(lasting_world, wish)


async def _require_same(world: World, wish: Wish) -> None:
    world.clock.move(MINUTE_MS)  # Or those who failed so far would be too many from one address.
    known = await known_in(world)
    names = names_in(world, known)
    path = (wish.company + wish.place + wish.query).format(**names)

    def raw(body: bytes, name: str) -> bytes:
        fields = tuple(field.format(name=name) for field in wish.fields)
        given = {"method": wish.method, "carried": wish.carried, "api_token": known.program.api_token}
        return request(known.tool, path, body, fields=fields, **given)

    said = [wish.body] if wish.again is None else [wish.body, wish.again]
    answers, stored = [], []
    async with both(world) as doors:
        for door in doors:
            before, name = len(await stored_in(world)), f"delivery-{next(NAMES)}"
            answers.append(await heard_all(door, [raw(body, name) for body in said], has_body=wish.method != "HEAD"))
            stored.append((await stored_in(world))[before:])

    assert answers[0] == answers[1]
    assert stored[0] == stored[1]


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
    ("length", "body"),
    [
        ("", b""),
        ("Content-Length:0 \r\n", b""),
        ("Content-Length: 15\r\n", GOOD),
        ("Content-Length:15 \t\r\n", GOOD),
        (f"Content-Length: {'0' * 5_000}15\r\n", GOOD),
    ],
)
async def test_both_doors_do_the_same_however_the_length_is_said(
    lasting_world: World, length: str, body: bytes
) -> None:
    tool = await lasting_world.standing_tool()
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nX-Keypost-Token: {tool.secret}\r\n{length}\r\n"
    async with both(lasting_world) as doors:
        answers = [await heard(door, head.encode() + body) for door in doors]

    assert answers[0] == answers[1]
    assert answers[0].status.split()[1] == (b"204" if body else b"400")
