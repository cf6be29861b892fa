"""P8 of the wire: a tool sends files; each becomes a message, all of them or none."""

from pathlib import Path
from typing import Any

import pytest
from tests.files.forms import Part, body, comments, content_type, file, png, send
from tests.people import Answer, Visitor
from tests.world import World

from keypost.ids import show_channel


@pytest.mark.parametrize("named", ["#builds", "direct"])
@pytest.mark.parametrize("in_company", [False, True])
async def test_a_file_arrives_at_every_form_of_the_address(world: World, named: str, *, in_company: bool) -> None:
    standup = await world.tool()
    place = named if named.startswith("#") else world.id_of(named)

    answer = await send(standup, place, file(b"Hello"), company=world.org_id if in_company else None)

    assert (answer.status, answer.body) == (204, b"")
    (row,) = await rows_in(world, named)
    assert row["type"] == "file"
    assert (await fetched(world.ada, row)).body == b"Hello"


async def test_each_file_is_a_message_with_its_comment(world: World) -> None:
    standup = await world.tool()

    answer = await send(
        standup, "#builds", file(png(3, 2), "chart.png", "x/y"), file(b"a,b", "b.csv", "text/csv"), comments('["*Up*"]')
    )

    assert answer.status == 204
    chart, table = await rows_in(world, "#builds")
    size = len(png(3, 2))
    known = {"name": "chart.png", "type": "image/png", "dimensions": {"size": size, "width": 3, "height": 2}}
    assert chart["content"] == {
        "text": "*Up*",
        "comment": "*Up*",
        "file": known | {"id": chart["content"]["file"]["id"]},
    }
    assert chart["sender"]["name"] == "Ada Lovelace"
    assert table["content"]["file"]["dimensions"] == {"size": 3}
    assert "comment" not in table["content"]


async def test_the_same_bytes_stand_on_the_disk_once(world: World) -> None:
    standup = await world.tool()

    await send(standup, "#builds", file(b"same", "a.txt"), file(b"same", "b.txt"))
    await send(standup, "#general", file(b"same", "c.txt"))

    assert [kept.read_bytes() for kept in kept_in(world)] == [b"same"]
    assert kept_in(world)[0].stat().st_mode & 0o777 == 0o600
    assert (world.settings.data / "files").stat().st_mode & 0o777 == 0o700
    assert [row["content"]["file"]["name"] for row in await rows_in(world, "#builds")] == ["a.txt", "b.txt"]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ([comments('["a", "b"]')], ["a", "b"]),
        ([comments("a"), comments("b")], ["a", "b"]),
        ([comments("only of the first")], ["only of the first", ""]),
        ([comments("[FAILED] build 41")], ["[FAILED] build 41", ""]),
        ([comments("[]")], ["", ""]),
        ([], ["", ""]),
    ],
)
async def test_comments_are_read_in_every_form(lasting_world: World, said: list[Part], found: list[str]) -> None:
    standup = await lasting_world.standing_tool()

    await send(standup, "#builds", file(b"1"), *said, file(b"2", field="files"))

    rows = (await rows_in(lasting_world, "#builds"))[-2:]
    assert [row["content"].get("comment", "") for row in rows] == found


async def test_a_display_name_and_a_bot_are_taken_from_the_form(world: World) -> None:
    standup = await world.tool()

    shown = await send(standup, "#builds", file(b"1"), Part("bot_name", b"CI"), Part("mark_as_read", b"true"))
    posted = await send(standup, "#builds", file(b"2"), Part("bot_unique_name", b"buildbot"))
    asked = await send(standup, "#builds", file(b"3"), query="?bot_unique_name=buildbot")

    assert [answer.status for answer in (shown, posted, asked)] == [204] * 3
    first, *others = await rows_in(world, "#builds")
    assert (first["sender"]["name"], first["content"]["bot"]) == ("Ada Lovelace", {"name": "CI"})
    assert [row["sender"]["name"] for row in others] == ["Build Bot"] * 2


@pytest.mark.parametrize("version", ["v2", "v3"])
async def test_a_file_reaches_a_channel_by_id_a_person_and_the_readers_of_a_bot(world: World, version: str) -> None:
    standup = await world.tool()
    form = body([file(b"Hello"), Part("user_id", str(world.grace.person.id).encode())])
    places = [
        f"channels/{show_channel(world.chat('#builds').id)}",
        f"buddies/{world.grace.person.email}",
        f"chats/{world.grace.person.id}",
        "bots/buildbot",
    ]

    answers = [await standup.carry(f"/api/{version}/{place}/files", form, [content_type()]) for place in places]

    assert [answer.status for answer in answers] == [204] * 4
    assert [row["type"] for row in await rows_in(world, "#builds")] == ["file"]
    assert [row["type"] for row in await rows_in(world, "direct")] == ["file"] * 2
    bot = world.server.chats.find_bot_named(world.org_id, "buildbot")
    assert bot is not None
    place = world.server.chats.find_bot_chat(bot, world.grace.person.id)
    assert place is not None
    assert [row["type"] for row in (await world.grace.read(place.shown_id)).json["data"]] == ["file"]


async def test_a_person_sends_files_from_the_page_to_their_own_chats_alone(world: World) -> None:
    await world.alan.sign_in()
    form = body([file(b"Hello")])

    taken = await world.alan.post(f"/chats/{world.id_of('#general')}/files", form, [content_type()])
    refused = await world.alan.post(f"/chats/{world.id_of('#builds')}/files", form, [content_type()])
    foreign = [content_type(), ("Sec-Fetch-Site", "cross-site")]
    asked_elsewhere = await world.alan.post(f"/chats/{world.id_of('#general')}/files", form, foreign)

    assert (taken.status, taken.json) == (200, {"kind": "posted"})
    assert [answer.refused_with for answer in (refused, asked_elsewhere)] == ["chat_not_found", "foreign_origin"]
    assert len(await rows_in(world, "#general")) == 1


async def rows_in(world: World, name: str) -> list[Any]:
    rows: list[Any] = (await world.ada.read(world.id_of(name))).json["data"]
    return rows


async def fetched(who: Visitor, row: Any) -> Answer:
    headers = [("Authorization", f"Zoho-oauthtoken {who.api_token}")]
    return await who.send("GET", f"/api/v2/files/{row['content']['file']['id']}", None, headers)


def kept_in(world: World) -> list[Path]:
    folder = world.settings.data / "files"
    return [path for path in folder.rglob("*") if path.is_file()]
