"""P8 of the wire: a tool sends files; each becomes a message, all of them or none."""

from pathlib import Path
from typing import Any

import pytest
from tests.files.forms import comments, file, png, send
from tests.people import Answer, Visitor
from tests.world import World


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
    assert [row["content"]["file"]["name"] for row in await rows_in(world, "#builds")] == ["a.txt", "b.txt"]


async def rows_in(world: World, name: str) -> list[Any]:
    rows: list[Any] = (await world.ada.read(world.id_of(name))).json["data"]
    return rows


async def fetched(who: Visitor, row: Any) -> Answer:
    headers = [("Authorization", f"Zoho-oauthtoken {who.api_token}")]
    return await who.send("GET", f"/api/v2/files/{row['content']['file']['id']}", None, headers)


def kept_in(world: World) -> list[Path]:
    folder = world.settings.data / "files"
    return [path for path in folder.rglob("*") if path.is_file()]
