"""Of files that are refused nothing is stored: no message, no row, no byte."""

import asyncio
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.requests import Request
from tests.files.forms import Part, body, comments, content_type, file, files_path, send
from tests.files.test_sending import kept_in
from tests.live.until import PATIENCE_S, until
from tests.world import World

from keypost.chat import lane
from keypost.chat import service as chat
from keypost.chat.model import Party, PartyKind
from keypost.db.database import CommitUnknown
from keypost.db.tables import files, messages
from keypost.errors import TooSlow
from keypost.files.form import Arrived
from keypost.files.receiving import BODY_MAX, in_place
from keypost.web.body import Pace, stream_body

REFUSED: dict[str, tuple[list[Part], int, str]] = {
    "more comments than files": ([file(b"x"), comments('["a", "b"]')], 400, "invalid_inputs"),
    "comments that are no list": ([file(b"x"), comments('["a')], 400, "invalid_json"),
    "a comment that is no text": ([file(b"x"), comments("[1]")], 400, "invalid_inputs"),
    "a comment that is too long": ([file(b"x"), comments(f'["{"x" * 5_001}"]')], 400, "text_length_exceeded"),
    "a comment with a NUL": ([file(b"x"), comments("a\x00")], 400, "invalid_inputs"),
    "a picture of a bot that is no address": (
        [file(b"x"), Part("bot_name", b"Bot"), Part("bot_image", b"javascript:x")],
        400,
        "invalid_inputs",
    ),
    "eleven files": ([file(b"x")] * 11, 400, "files_too_many"),
    "no file": ([comments("[]")], 400, "param_missing"),
    "a bot that is not there": ([file(b"x"), Part("bot_unique_name", b"nobody")], 404, "bot_not_found"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_form_that_breaks_a_rule_leaves_nothing(lasting_world: World, name: str) -> None:
    parts, status, code = REFUSED[name]
    standup = await lasting_world.standing_tool()

    answer = await send(standup, "#builds", *parts)

    assert (answer.status, answer.refused_with) == (status, code)
    await assert_nothing(lasting_world)


async def test_who_takes_no_part_is_refused_before_the_files_have_come(world: World) -> None:
    await world.alan.sign_in()
    address = f"{world.base}/chats/{world.id_of('#builds')}/files"

    async def files_to_come() -> AsyncIterator[bytes]:
        yield body([file(b"Hello")])[:9]
        await refused.wait()

    refused = asyncio.Event()
    async with (
        asyncio.timeout(PATIENCE_S),
        world.alan.session.post(address, data=files_to_come(), headers=[content_type()]) as answer,
    ):
        refused.set()

    assert answer.status == 404
    await assert_nothing(world)


async def test_a_secret_is_refused_wherever_it_stands(world: World) -> None:
    standup = await world.tool()

    answers = [
        await send(standup, "#builds", file(b"x"), comments(f"It is {standup.secret}.")),
        await send(standup, "#builds", file(b"x"), file(b"y", f"{standup.secret}.txt")),
    ]

    assert [answer.refused_with for answer in answers] == ["secret_in_message"] * 2
    await assert_nothing(world)


@pytest.mark.parametrize(
    ("place", "status", "code"), [("#nowhere", 404, "channel_not_found"), ("CT_1_1", 404, "chat_not_found")]
)
async def test_a_place_is_refused_before_the_body_is_taken(
    lasting_world: World, place: str, status: int, code: str
) -> None:
    standup = await lasting_world.standing_tool()

    answer = await standup.carry(files_path(place), b"no form at all")

    assert (answer.status, answer.refused_with) == (status, code)


async def test_what_is_no_form_is_refused(lasting_world: World) -> None:
    standup = await lasting_world.standing_tool()

    answer = await standup.carry(files_path("#builds"), b"{}", [("Content-Type", "application/json")])

    assert (answer.status, answer.refused_with) == (400, "form_needed")


async def test_a_body_that_promises_too_much_is_refused_at_once(lasting_world: World) -> None:
    standup = await lasting_world.standing_tool()
    promise = {"X-Keypost-Token": standup.secret, "Content-Length": str(BODY_MAX + 1), "Expect": "100-continue"}
    promise |= [content_type()]
    async with standup.session.post(standup.base + files_path("#builds"), headers=promise) as got:
        assert got.status == 413


async def test_a_disk_without_room_is_said_and_nothing_is_stored(world: World) -> None:
    standup = await world.tool()
    large = 3 * 1024 * 1024

    with no_file_larger_than(large // 2):
        answer = await send(standup, "#builds", file(b"small"), file(b"x" * large))

    assert (answer.status, answer.refused_with) == (503, "disk_full")
    await assert_nothing(world)


async def test_a_form_whose_end_is_missing_leaves_nothing(world: World) -> None:
    standup = await world.tool()

    answer = await standup.carry(files_path("#builds"), body([file(b"x" * 200_000)])[:-20], [content_type()])

    assert (answer.status, answer.refused_with) == (400, "invalid_form")
    await assert_nothing(world)


@pytest.mark.parametrize("how", ["the token is revoked", "its owner is deactivated", "its owner leaves the channel"])
async def test_who_may_post_no_more_when_the_last_byte_comes_has_posted_nothing(world: World, how: str) -> None:
    standup = await world.tool(owner=world.grace)
    whole, arriving = body([file(b"x" * 100_000)]), world.settings.data / "files" / "arriving"

    async def pieces() -> AsyncIterator[bytes]:
        yield whole[:-100]
        await asyncio.to_thread(until, lambda: list(arriving.iterdir()), "a file begins to arrive")
        match how:
            case "the token is revoked":
                await world.revoke(standup)
            case "its owner is deactivated":
                await world.deactivate(world.grace)
            case _:
                party = Party(PartyKind.PERSON, world.grace.person.id)
                await world.write(chat.remove_member, world.server.chats, world.chat("#builds"), party)
        yield whole[-100:]

    headers = {"X-Keypost-Token": standup.secret} | dict([content_type()])
    async with standup.session.post(standup.base + files_path("#builds"), data=pieces(), headers=headers) as got:
        assert got.status == (403 if "channel" in how else 401)

    await assert_nothing(world)


async def test_files_whose_messages_cannot_be_stored_leave_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    standup = await world.tool()
    monkeypatch.setattr(lane, "WAITING_MAX", 0)

    answer = await send(standup, "#builds", file(b"x"), file(b"y"))

    assert (answer.status, answer.refused_with) == (503, "server_busy")
    await assert_nothing(world)


async def test_the_bytes_of_files_stay_until_the_next_start_when_nobody_knows_of_their_messages(world: World) -> None:
    arriving = world.server.cabinet.begin("one")
    arriving.write(b"x")
    arrived = Arrived(arriving, arriving.end(), "x.txt", "")

    with pytest.raises(CommitUnknown):
        async with in_place(world.database, world.server.cabinet, [arrived]):
            raise CommitUnknown("The disk failed while it committed.")

    assert [kept.read_bytes() for kept in kept_in(world)] == [b"x"]
    await world.restart()
    await assert_nothing(world)


async def test_a_sender_that_only_pretends_to_send_is_refused() -> None:
    async def trickle() -> dict[str, Any]:
        await asyncio.sleep(0.03)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def silence() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    for receive in (trickle, silence):
        with pytest.raises(TooSlow):
            await read_all(
                stream_body(
                    Request({"type": "http", "headers": [], "state": {}}, receive),
                    1_000,
                    Pace(window_s=0.1, floor=1_000),
                )
            )


async def read_all(pieces: AsyncIterator[bytes]) -> None:
    async for _ in pieces:
        pass


async def assert_nothing(world: World) -> None:
    assert await world.messages_in("#builds") == []
    assert kept_in(world) == []
    assert await world.read(lambda tx: tx.all(files.select())) == []
    assert await world.read(lambda tx: tx.all(messages.select().where(messages.c.file_id.is_not(None)))) == []


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """As a disk that is full refuses to let a file grow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
