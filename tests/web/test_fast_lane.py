"""What the fast lane answers without the application, and what it leaves to it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send
from tests.chat.test_slow_database import held
from tests.live.until import PATIENCE_S, until
from tests.serving import OPEN, listening, serving
from tests.web.doors import NAMES, known_in, names_in, request, stored_in
from tests.web.lines import PATH, Line, lines, post
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import Party, PartyKind
from keypost.extensions import service as extensions
from keypost.web import protocol
from keypost.web.fast_lane import ADDRESS_MAX, BODY_MAX
from keypost.webhooks.naming import HEADERS

GOOD = b'{"text":"good"}'


async def nothing(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise AssertionError("The application was asked.")


async def at_once(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body"})


@asynccontextmanager
async def without_application(world: World) -> AsyncIterator[Line]:
    """A connection to a server that has the fast lane alone."""
    listener = listening()
    async with serving(nothing, listener, OPEN, world.server.fast_lane):
        line = Line(*await asyncio.open_connection(*listener.getsockname()))
        yield line
        await line.end()


@pytest.mark.parametrize("carried", ["header", "query", "person's"])
@pytest.mark.parametrize(
    "place",
    [
        "/api/v2/channelsbyname/builds/message",
        "/api/v3/channelsbyname/builds/messages",
        "/api/v3/channels/builds/message",
        "/api/v2/channelsbyname/builds/message?bot_unique_name=buildbot",
        "/api/v2/channels/{channel}/message",
        "/api/v3/channels/{channel}/messages",
        "/api/v3/channels/{channel}/messages?bot_unique_name=buildbot",
        "/api/v2/chats/{chat}/message",
        "/api/v3/chats/{chat}/messages",
        "/api/v2/buddies/{grace}/message",
        "/api/v3/buddies/{grace}/messages",
        "/company/{org}/api/v2/buddies/{grace}/message",
        "/api/v2/bots/buildbot/message",
        "/api/v3/bots/buildbot/messages",
        "/api/v3/bots/buildbot/messages?user_ids={grace}",
        "/api/v3/bots/buildbot/messages?CHANNEL_UNIQUE_NAME=builds",
    ],
)
async def test_a_post_to_any_address_is_answered_without_the_application(
    lasting_world: World, place: str, carried: str
) -> None:
    known = await known_in(lasting_world)
    path, token = place.format(**names_in(lasting_world, known)), known.program.api_token
    async with without_application(lasting_world) as line:
        await line.say(*[request(known.tool, path, b'{"text":"plain"}', carried=carried, api_token=token)] * 2)

        assert (await line.hear())[0] // 100 == 2
        assert (await line.hear())[0] == 500


@pytest.mark.parametrize(
    "place",
    [
        "/api/v2/channelsbyname/daily/message?bot_unique_name={bot}",
        "/api/v2/channelsbyname/daily/message?bot_unique_name={bot}&appkey={appkey}",
        "/api/v2/bots/{bot}/message?appkey={appkey}",
        "/api/v2/bots/{bot}/message?appkey={appkey}&user_ids={grace}",
        "/api/v3/bots/{bot}/messages?extension_key={appkey}",
        "/api/v3/bots/{bot}/messages?extension_key={appkey}&CHANNEL_UNIQUE_NAME=daily",
    ],
)
async def test_an_extensions_bot_speaks_without_the_application(lasting_world: World, place: str) -> None:
    known = await known_in(lasting_world)
    path, body = place.format(**names_in(lasting_world, known)), b'{"text":"plain","broadcast":false}'
    async with without_application(lasting_world) as line:
        await line.say(request(known.tool, path, body))

        assert (await line.hear())[0] == 204


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("place", [PATH, "/api/v3/bots/buildbot/messages"])
async def test_a_delivery_and_its_repeat_are_answered_without_the_application(
    lasting_world: World, header: str, place: str
) -> None:
    known, name = await known_in(lasting_world), f"{header}: delivery-{next(NAMES)}"
    body = b'{"text":"once","sync_message":true,"user_ids":"ada@example.com"}'
    before = len(await stored_in(lasting_world))
    async with without_application(lasting_world) as line:
        answers = []
        for said in (body, body, body.replace(b"once", b"else"), body):
            await line.say(request(known.tool, place, said, fields=(name,)))
            answers.append(await line.hear())

    assert [status for status, _ in answers] == [200, 200, 422, 200]
    assert answers[0] == answers[1] == answers[3]
    assert len(await stored_in(lasting_world)) == before + 1


async def test_the_same_delivery_on_two_connections_at_once_is_stored_once(world: World) -> None:
    tool = await world.tool()
    raw = request(tool, PATH, b'{"text":"once"}', fields=("webhook-id: msg_1",))
    async with lines(world, OPEN, 3) as (busy, first, second):
        async with held(world):
            await busy.say(post(tool, "busy"))
            await asyncio.to_thread(until, lambda: world.server.lane.is_committing, "a commit")
            await first.say(raw)
            await second.say(raw)
            head, body = await second.hear_raw()
            assert (head.split()[1], json.loads(body)["code"]) == (b"409", "delivery_under_way")
            assert b"\r\nretry-after: 1\r\n" in head + b"\r\n"
        assert [(await line.hear())[0] for line in (busy, first)] == [204, 204]
        await second.say(raw)
        assert (await second.hear())[0] == 204

    assert await world.texts_in("#builds") == ["busy", "once"]


async def test_deliveries_of_two_senders_or_names_are_stored_at_once(world: World) -> None:
    one, other = await world.tool(), await world.tool()
    named = ((one, "msg_1"), (other, "msg_1"), (one, "msg_2"))
    said = [request(tool, PATH, GOOD, fields=(f"webhook-id: {name}",)) for tool, name in named]
    async with lines(world, OPEN, 4) as (*senders, again):
        async with held(world):
            for sender, raw in zip(senders, said, strict=True):
                await sender.say(raw)
            await asyncio.to_thread(until, lambda: world.server.lane.is_committing, "a commit")
            await again.say(said[-1])
            assert await again.hear_code() == (409, "delivery_under_way")
        assert [(await sender.hear())[0] for sender in senders] == [204, 204, 204]


async def test_whoever_has_left_posts_no_more_with_their_api_token(world: World) -> None:
    program, tool = await world.program(world.grace), await world.tool()
    raw = request(tool, PATH, GOOD, carried="person's", api_token=program.api_token)
    async with lines(world, OPEN) as (line,):
        await line.say(raw)
        assert (await line.hear())[0] == 204

        await world.deactivate(world.grace)
        await line.say(raw)
        assert await line.hear_code() == (401, "oauthtoken_invalid")


async def test_the_bot_of_an_extension_that_was_switched_off_says_nothing_more(world: World) -> None:
    app = await world.extension()
    tool, server = await world.tool(app), world.server
    program = await world.program(world.ada)
    raw = request(tool, f"/api/v2/bots/{app.bot_name}/message?appkey={app.appkey}", b'{"text":"x","broadcast":true}')
    async with lines(world, OPEN) as (line,):
        await line.say(raw)
        assert (await line.hear())[0] == 204

        await world.write(extensions.uninstall, server.apps, server.register, app.extension, world.ada.person.id)
        await line.say(raw)
        assert await line.hear_code() == (401, "invalid_zapikey")
        associate = request(
            tool,
            f"/api/v2/bots/{app.bot_name}/associate?appkey={app.appkey}",
            b'{"channel_unique_name":"builds"}',
            carried="person's",
            api_token=program.api_token,
        )
        await line.say(associate)
        assert await line.hear_code() == (403, "extension_disabled")


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


@pytest.mark.parametrize(("length", "status"), [(ADDRESS_MAX, 204), (ADDRESS_MAX + 1, 202)])
async def test_what_is_posted_to_a_long_address_is_the_applications(
    lasting_world: World, length: int, status: int
) -> None:
    """Else whoever makes up long addresses would fill the memory of who posts where."""
    tool = await lasting_world.standing_tool()
    path = f"{PATH}?".ljust(length, "x")
    listener = listening()
    async with serving(at_once, listener, OPEN, lasting_world.server.fast_lane):
        line = Line(*await asyncio.open_connection(*listener.getsockname()))
        await line.say(request(tool, path, GOOD))

        assert (await line.hear())[0] == status
        await line.end()


@pytest.mark.parametrize(("size", "status"), [(BODY_MAX, 204), (BODY_MAX + 1, 202)])
async def test_a_long_body_is_the_applications(lasting_world: World, size: int, status: int) -> None:
    """Else it would hold up everybody in the loop for as long as it takes to read."""
    tool = await lasting_world.standing_tool()
    listener = listening()
    async with serving(at_once, listener, OPEN, lasting_world.server.fast_lane):
        line = Line(*await asyncio.open_connection(*listener.getsockname()))
        await line.say(request(tool, PATH, GOOD.ljust(size)))

        assert (await line.hear())[0] == status
        await line.end()


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
