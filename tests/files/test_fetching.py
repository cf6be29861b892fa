"""A file goes to those who see a message that brings it, and never as anything that could run."""

from typing import Any
from urllib.parse import quote

import pytest
from tests.files.forms import file, png, send
from tests.files.test_sending import fetched, kept_in, rows_in
from tests.world import World

from keypost.files import service as files
from keypost.ids import read_file, read_message

PAGE = b"<!doctype html><script>alert(1)</script>"


async def sent(world: World, content: bytes, name: str, kind: str = "", place: str = "#builds") -> Any:
    standup = await world.tool()
    assert (await send(standup, place, file(content, name, kind))).status == 204
    return (await rows_in(world, place))[-1]


def path_of(row: Any) -> str:
    known = row["content"]["file"]
    return f"/files/{known['id']}/{quote(known['name'])}"


async def test_only_who_sees_the_message_gets_the_file(world: World) -> None:
    row = await sent(world, b"secret plans", "plans.txt")
    foreigner = await world.foreigner()
    for who in (world.grace, world.alan, foreigner):
        await who.sign_in()

    allowed = [await fetched(world.grace, row), await world.grace.get(path_of(row))]
    refused = [await fetched(who, row) for who in (world.alan, foreigner)]
    refused += [await who.get(path_of(row)) for who in (world.alan, foreigner)]

    assert [answer.body for answer in allowed] == [b"secret plans"] * 2
    assert [(answer.status, answer.refused_with) for answer in refused] == [(404, "file_not_found")] * 4
    assert (await world.stranger.get(path_of(row))).status == 401


@pytest.mark.parametrize("file_id", ["fil_1", "fil_x", "1", "fil_99999999999999999999"])
async def test_a_file_that_is_not_there_is_not_found(lasting_world: World, file_id: str) -> None:
    answer = await fetched(lasting_world.ada, {"content": {"file": {"id": file_id}}})

    assert (answer.status, answer.refused_with) == (404, "file_not_found")


@pytest.mark.parametrize(
    ("content", "name", "kind", "served", "how"),
    [
        (png(3, 2), "a.png", "text/html", "image/png", "inline"),
        (PAGE, "a.html", "text/html", "application/octet-stream", "attachment"),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "a.svg",
            "image/svg+xml",
            "application/octet-stream",
            "attachment",
        ),
        (PAGE, "a.png", "image/png", "application/octet-stream", "attachment"),
        (b"GIF89a" + b"\xff" * 4 + PAGE, "a.gif", "image/gif", "application/octet-stream", "attachment"),
    ],
)
async def test_only_pictures_are_shown_and_nothing_runs(
    lasting_world: World, content: bytes, name: str, kind: str, served: str, how: str
) -> None:
    row = await sent(lasting_world, content, name, kind)
    await lasting_world.ada.arrive()

    answer = await lasting_world.ada.get(path_of(row))

    headers = answer.headers
    assert answer.body == content
    assert headers["Content-Type"] == served
    assert headers["Content-Disposition"] == f'{how}; filename="{name}"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "private, no-cache"


async def test_a_name_breaks_out_of_no_header(world: World) -> None:
    row = await sent(world, b"x", 'a%22; filename=%22evil.exe"; x="\u202eZ\u00fcrich.txt')

    answer = await fetched(world.ada, row)

    assert answer.headers.getall("Content-Disposition") == [
        "attachment; filename*=utf-8''" + quote(row["content"]["file"]["name"], safe="")
    ]


async def test_a_part_is_given_and_nothing_to_who_has_it(world: World) -> None:
    row = await sent(world, b"0123456789", "digits.txt")
    await world.ada.sign_in()

    whole = await world.ada.get(path_of(row))
    part = await world.ada.get(path_of(row), [("Range", "bytes=2-4")])
    known = await world.ada.get(path_of(row), [("If-None-Match", whole.headers["ETag"])])
    head = await world.ada.send("HEAD", path_of(row))
    beyond = await world.ada.get(path_of(row), [("Range", "bytes=20-")])

    assert (part.status, part.body, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert (known.status, known.body) == (304, b"")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", "10")
    assert beyond.status == 416


async def test_who_has_left_the_chat_sees_its_files_no_more(world: World) -> None:
    row = await sent(world, b"x", "a.txt")
    program = await world.program(world.ada)
    await program.call("DELETE", f"/channels/builds/members/{world.grace.person.id}")

    assert (await fetched(world.grace, row)).status == 404


async def test_bytes_go_with_the_last_message_that_brings_them(world: World) -> None:
    first, second = [await sent(world, b"same", name) for name in ("a.txt", "b.txt")]

    await release(world, first)
    left = kept_in(world)
    assert (await fetched(world.ada, second)).body == b"same"
    await release(world, second)

    assert len(left) == 1
    assert kept_in(world) == []


async def test_a_message_that_is_taken_back_takes_its_file_along(world: World) -> None:
    row = await sent(world, b"oops", "a.txt")
    program = await world.program(world.ada)
    address = f"/api/v2/chats/{world.id_of('#builds')}/messages/{row['id']}"

    answer = await program.send("DELETE", address, None, [("Authorization", f"Bearer {program.api_token}")])

    assert answer.status == 204
    assert (await fetched(world.ada, row)).refused_with == "file_not_found"
    assert kept_in(world) == []


async def test_a_file_in_a_thread_goes_to_those_who_see_the_thread(world: World) -> None:
    tool = await world.tool()
    first = (await tool.say("#builds", {"text": "Begin", "sync_message": True})).json["message_id"]
    await tool.say("#builds", {"text": "A thread", "thread_message_id": first})
    root = read_message(first)
    thread = world.server.chats.find_thread_on(world.org_id, root) if root is not None else None
    assert thread is not None

    answer = await send(tool, thread.shown_id, file(b"in the thread"))

    assert answer.status == 204
    row = (await world.grace.read(thread.shown_id)).json["data"][-1]
    assert (await fetched(world.grace, row)).body == b"in the thread"
    assert (await fetched(world.alan, row)).status == 404


async def test_bytes_that_are_about_to_be_named_again_stay(world: World) -> None:
    row = await sent(world, b"same", "a.txt")
    (kept,) = kept_in(world)

    with world.server.cabinet.holding([bytes.fromhex(kept.parent.name + kept.name)]):
        await release(world, row)

    assert kept_in(world) == [kept]


async def release(world: World, row: Any) -> None:
    file_id = read_file(row["content"]["file"]["id"])
    assert file_id is not None
    found = await world.read(files.find, world.org_id, file_id)
    assert found is not None
    await world.write(files.release, world.server.cabinet, found)
