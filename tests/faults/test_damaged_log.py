"""F16: files of SQLite are damaged, or gone, after a crash. What was acknowledged is there, or the server says that it
is not.
"""

import random
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeAlias

import pytest
from msgspec.structs import replace
from tests.faults.audit import complaints, read_books
from tests.faults.ledger import Ledger
from tests.faults.served import Served
from tests.faults.stage import Stage, chance

from keypost.app import DATABASE_FILE

ANSWERS = 100
FLIPS = 6
HEADER = 32
"""Bytes of the log before its first frame."""

Damage: TypeAlias = Callable[[Path, Path], None]

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)


async def test_what_a_damaged_log_loses_is_said_and_nothing_is_lost_unseen(stage: Stage, tmp_path: Path) -> None:
    ledger = await crashed(stage)

    found = {
        name: await outcome(stage, ledger, tmp_path / name.replace(" ", "-"), damage)
        for name, damage in damages(stage.served.settings.data, flips=FLIPS, luck=chance())
    }

    assert set(found.values()) <= {"whole", "refused"}
    assert {name for name, what in found.items() if what == "whole"} >= {"nothing", "index gone", "index of noise"}
    assert {name for name, what in found.items() if what == "refused"} >= {
        "log gone",
        "log empty",
        "log without a head",
    }


async def test_a_server_that_was_refused_its_files_goes_on_when_somebody_says_so(stage: Stage) -> None:
    ledger = await crashed(stage)
    data = stage.served.settings.data
    (data / f"{DATABASE_FILE}-wal").unlink()
    before = (data / DATABASE_FILE).read_bytes()

    trouble = await stage.served.try_to_start()
    untouched = (data / DATABASE_FILE).read_bytes() == before
    (data / "keypost.mark").unlink()
    await stage.served.start()

    assert f"{DATABASE_FILE}-wal" in trouble
    assert "keypost.mark" in trouble
    assert untouched
    assert (await stage.say("and on")).status == 204
    assert any("answered, and not there" in each for each in await stage.complaints(ledger))


async def test_a_database_that_is_gone_is_not_begun_anew_until_somebody_says_so(stage: Stage) -> None:
    await crashed(stage)
    data = stage.served.settings.data
    for file in data.glob(f"{DATABASE_FILE}*"):
        file.unlink()
    mark = (data / "keypost.mark").read_bytes()

    trouble = await stage.served.try_to_start()
    untouched = not (data / DATABASE_FILE).exists() and (data / "keypost.mark").read_bytes() == mark
    (data / "keypost.mark").unlink()
    went_on = await stage.served.try_to_start()

    assert f"{data / DATABASE_FILE} is missing" in trouble
    assert "keypost.mark" in trouble
    assert untouched
    assert went_on == ""


async def test_a_file_that_was_put_in_the_place_of_the_database_is_taken_as_it_is(stage: Stage) -> None:
    """A backup, moved there: nothing was lost that nobody knows of."""
    data = stage.served.settings.data
    await stage.served.terminate()
    shutil.copy(data / DATABASE_FILE, data / "backup.db")
    await stage.served.start()
    await crashed(stage)
    (data / "backup.db").rename(data / DATABASE_FILE)
    (data / f"{DATABASE_FILE}-wal").unlink()

    assert await stage.served.try_to_start() == ""


async def crashed(stage: Stage) -> Ledger:
    """What was answered before."""
    async with stage.crowd().posting() as ledger:
        await ledger.until_answered(ANSWERS)
    await stage.served.kill()
    return ledger


async def outcome(stage: Stage, ledger: Ledger, folder: Path, damage: Damage) -> str:
    """Whether a server on a damaged copy of the data is whole, refuses to start, or has lost something unseen."""
    data = folder / "data"
    shutil.copytree(stage.served.settings.data, data)
    (data / DATABASE_FILE).unlink()
    # Moved, so that it stays the same file.
    (stage.served.settings.data / DATABASE_FILE).rename(data / DATABASE_FILE)
    shutil.copy(data / DATABASE_FILE, folder / "before.db")
    damage(data / f"{DATABASE_FILE}-wal", data / f"{DATABASE_FILE}-shm")
    served = Served(replace(stage.served.settings, data=data), folder)
    try:
        trouble = await served.try_to_start()
        if trouble:
            return "refused" if f"{DATABASE_FILE}-wal" in trouble else trouble
        found = complaints(ledger, await read_books(served.settings))
        return "whole" if not found else f"lost unseen: {found}"
    finally:
        await served.end()
        with (data / DATABASE_FILE).open("r+b") as same:
            same.write((folder / "before.db").read_bytes())
            same.truncate()
        (data / DATABASE_FILE).rename(stage.served.settings.data / DATABASE_FILE)


def damages(data: Path, *, flips: int, luck: random.Random) -> Iterator[tuple[str, Damage]]:
    size = (data / f"{DATABASE_FILE}-wal").stat().st_size
    yield "nothing", lambda _log, _index: None
    yield "log gone", lambda log, _index: log.unlink()
    yield "both gone", lose_both
    yield "log empty", lambda log, _index: cut(log, 0)
    yield "log without a head", lambda log, _index: flip(log, 4)
    yield "index gone", lambda _log, index: index.unlink()
    yield "index empty", lambda _log, index: cut(index, 0)
    yield "index of noise", lambda _log, index: fill(index, luck)
    for at in luck.sample(range(HEADER, size), flips):
        yield f"byte {at} flipped", partial(flip_log, at)
        yield f"cut at {at}", partial(cut_log, at)


def lose_both(log: Path, index: Path) -> None:
    log.unlink()
    index.unlink()


def flip_log(at: int, log: Path, _index: Path) -> None:
    flip(log, at)


def cut_log(at: int, log: Path, _index: Path) -> None:
    cut(log, at)


def cut(file: Path, length: int) -> None:
    with file.open("r+b") as opened:
        opened.truncate(length)


def flip(file: Path, at: int) -> None:
    with file.open("r+b") as opened:
        opened.seek(at)
        (byte,) = opened.read(1)
        opened.seek(at)
        opened.write(bytes([byte ^ 0x10]))


def fill(file: Path, luck: random.Random) -> None:
    file.write_bytes(luck.randbytes(file.stat().st_size))
