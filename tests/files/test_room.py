"""Files do not take the room that messages need: what is left of the disk is kept for those."""

import os
from pathlib import Path
from typing import Final

import pytest
from tests.files.forms import file, send
from tests.files.test_refused import assert_nothing
from tests.world import World

from keypost.errors import Busy
from keypost.files.cabinet import Cabinet
from keypost.files.room import Room
from keypost.webhooks import store

MORE_THAN_ANY_DISK_MIB: Final = 1 << 40
PIECE: Final = b"x" * 1024


async def test_a_disk_with_too_little_room_takes_messages_and_no_files(world: World) -> None:
    await world.restart(disk_reserve_mib=MORE_THAN_ANY_DISK_MIB)
    standup = await world.tool(await world.running_extension())

    brought = await send(standup, "#builds", file(b"x"))
    sent = await standup.event({"what": "happened"})
    said = await standup.say("#builds", "There is room for this.")

    assert [(answer.status, answer.refused_with) for answer in (brought, sent)] == [(503, "disk_full")] * 2
    assert int(brought.headers["Retry-After"]) > 0
    assert said.status == 204
    assert await world.texts_in("#builds") == ["There is room for this."]
    assert await world.read(store.list_entries, world.org_id, {standup.app.id}, 1) == []

    await world.restart(disk_reserve_mib=0)
    assert (await send(standup, "#builds", file(b"x"))).status == 204
    assert (await standup.event({"what": "happened"})).status < 300


async def test_what_was_refused_for_want_of_room_is_thrown_away(world: World) -> None:
    await world.restart(disk_reserve_mib=MORE_THAN_ANY_DISK_MIB)
    standup = await world.tool()

    assert (await send(standup, "#builds", file(b"x" * 100_000))).refused_with == "disk_full"

    await assert_nothing(world)


def test_what_comes_has_to_fit_beside_the_reserve(tmp_path: Path) -> None:
    disk = os.statvfs(tmp_path)
    free = disk.f_bavail * disk.f_frsize
    room = Room(tmp_path, free // 2)

    room.require(free // 4)
    with pytest.raises(Busy):
        room.require(free)


def test_a_file_that_is_on_its_way_ends_where_the_reserve_begins(tmp_path: Path) -> None:
    disk = os.statvfs(tmp_path)
    cabinet = Cabinet(tmp_path, reserve=disk.f_blocks * disk.f_frsize * 2)
    cabinet.open()
    arriving = cabinet.begin("one")

    with pytest.raises(Busy):
        arriving.write(PIECE)
    arriving.drop()

    assert list(tmp_path.rglob("*")) == [tmp_path / "arriving"]
