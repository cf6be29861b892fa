"""F3: the power fails. Not a process ends, but the machine: what the disk had not been told to keep, it may have lost.

The server is killed at a system call, and of what it wrote since its last syncs a part is taken away again, sector by
sector. What was answered is there all the same, and the server starts.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from tests.faults.ledger import Ledger
from tests.faults.long import strace
from tests.faults.long.alone import DATA, alone
from tests.faults.long.amounts import Amounts
from tests.faults.long.recording import Recording
from tests.faults.long.report import Report
from tests.faults.long.unsynced import Disk
from tests.faults.served import ENDED, Served
from tests.faults.stage import chance
from tests.live.until import until

FAULT: Final = "F3 the power fails"
DATABASE: Final = "keypost.db"
MARK: Final = "keypost.mark"
AT_MOST: Final[Mapping[str, int]] = {"pwrite64": 1_000, "fdatasync": 60}
"""The n-th of these calls is not made any more; a commit makes some thirty of the first, and one of the second."""
ANSWERS_MAX: Final = 100
"""Before the server is told to stop."""


class _Over(Exception):  # noqa: N818 - there is no going on, as a sentence.
    pass


async def run(amounts: Amounts, folder: Path) -> Report:
    strace.require()
    luck, complaints = chance(), list[str]()
    failures = lost = 0
    async with alone(folder) as stage:
        served, crowd = stage.served, stage.crowd()
        await served.terminate()
        try:
            async with crowd.posting() as ledger:
                for number in range(amounts.cuts):
                    lost += await _fail(served, ledger, folder, WAYS[number % len(WAYS)], luck)
                    failures += 1
                served.onlooker = None
                await _start(served)
        except* _Over as over:
            complaints += map(str, over.exceptions)
        else:
            complaints += await stage.complaints(crowd.ledger)
    counts = {
        "failures of the power": failures,
        "with something lost": lost,
        "answers": len(crowd.ledger.answered),
        "requests repeated": crowd.ledger.repeats,
        "without a name and cut off": len(crowd.ledger.unknown),
    }
    return Report(FAULT, counts, complaints)


async def _fail(served: Served, ledger: Ledger, folder: Path, way: "Way", luck: random.Random) -> bool:
    """From a start to the next failure; whether anything was lost by it."""
    data, (call, end) = folder / DATA, way
    fatal = f"{call}:signal=KILL:when={luck.randint(1, AT_MOST.get(call, 1))}" if call else ""
    disk, recording = Disk(data), Recording(folder / "calls", fatal)
    served.onlooker = recording.begin
    if await _start(served):
        await end(served, ledger, luck)
    await recording.end()
    for made in recording.calls():
        disk.follow(made)
    return disk.lose(luck, data / MARK)


async def _start(served: Served) -> bool:
    """Not where the fatal call is made before the server answers for the first time."""
    trouble = await served.try_to_start()
    if trouble not in {"", ENDED}:
        raise _Over(f"after the power failed it does not start: {trouble}")
    return not trouble


async def _by_itself(served: Served, _ledger: Ledger, _luck: random.Random) -> None:
    if not await served.until_ended():
        raise _Over("it goes on: it does not make the call at which it is to end")


async def _over_a_checkpoint(served: Served, _ledger: Ledger, _luck: random.Random) -> None:
    """The database's own file is written then, and at no other time."""
    database = served.settings.data / DATABASE
    before = database.stat().st_mtime_ns
    await asyncio.to_thread(until, lambda: database.stat().st_mtime_ns != before, "nothing is brought over")
    await served.kill()


async def _told_to_stop(served: Served, ledger: Ledger, luck: random.Random) -> None:
    await ledger.until_about(ANSWERS_MAX, luck)
    await served.terminate()


End: TypeAlias = Callable[[Served, Ledger, random.Random], Awaitable[None]]
Way: TypeAlias = tuple[str, End]
"""The call at which the server's process ends, and how it comes to that."""
WAYS: Final[tuple[Way, ...]] = (
    ("pwrite64", _by_itself),
    ("fdatasync", _by_itself),
    ("", _over_a_checkpoint),
    ("pwrite64", _by_itself),
    ("", _told_to_stop),
    ("fdatasync", _by_itself),
    ("ftruncate", _told_to_stop),
    ("unlink", _told_to_stop),
)
