"""F24: half of the load that the server can take, for a long time. Memory, descriptors and threads stay as they are.

The first quarter is not looked at: caches fill in it. Readers watch, and some of them leave and come back all the time.
"""

import asyncio
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from statistics import linear_regression, median
from typing import Final

from tests.faults.crowd import Client
from tests.faults.ledger import Ledger, Post
from tests.faults.long.alone import alone
from tests.faults.long.amounts import Amounts
from tests.faults.long.process import Use, use_of
from tests.faults.long.report import Report
from tests.faults.long.watcher import Watcher, cookie_of
from tests.faults.stage import Stage

FAULT: Final = "F24 half load for long"
CLIENTS: Final = 16
FULL_S: Final = 10.0
"""How long the full load is measured."""
SAMPLE_EVERY_S: Final = 2.0
READERS: Final = 20
LEAVING_EVERY_S: Final = 1.0
GROWTH_MAX: Final = 4 * 1024 * 1024
"""Bytes that the last quarter may have more than the second: what an allocator does not give back at once."""
MORE_MAX: Final = 8
HOUR_S: Final = 3_600
MIB: Final = 1024 * 1024


async def run(amounts: Amounts, folder: Path) -> Report:
    async with alone(folder, amounts.database) as stage:
        per_s = await _full_load(stage)
        ledger, end = Ledger(), time.monotonic() + amounts.minutes * 60
        pause = CLIENTS / (per_s / 2)
        async with asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(_post(stage, ledger, number, pause, end))
            group.create_task(_watch(stage, end))
            sampling = group.create_task(_sample(stage.served.pid, end))
    uses = sampling.result()
    second, last = uses[len(uses) // 4 : len(uses) // 2], uses[len(uses) * 3 // 4 :]
    looked_at = uses[len(uses) // 4 :]
    slope = linear_regression([use.at for use in looked_at], [use.memory for use in looked_at])
    counts = {
        "minutes": amounts.minutes,
        "posts a second": round(len(ledger.answered) / (amounts.minutes * 60), 1),
        "answers": len(ledger.answered),
        "MiB in the second quarter": round(_memory(second) / MIB, 1),
        "MiB in the last": round(_memory(last) / MIB, 1),
        "MiB an hour": round(slope.slope * HOUR_S / MIB, 1),
        "descriptors at most": max(use.descriptors for use in uses),
        "threads at most": max(use.threads for use in uses),
    }
    return Report(f"{FAULT} ({amounts.database})", counts, [*ledger.surprises, *_complaints(second, last)])


def _complaints(second: Sequence[Use], last: Sequence[Use]) -> list[str]:
    found = list[str]()
    if _memory(last) - _memory(second) > GROWTH_MAX:
        found.append(f"memory grew from {_memory(second) / MIB:.1f} to {_memory(last) / MIB:.1f} MiB")
    for name in ("descriptors", "threads"):
        before, after = (median(getattr(use, name) for use in uses) for uses in (second, last))
        if after > before + MORE_MAX:
            found.append(f"{name} grew from {before} to {after}")
    return found


def _memory(uses: Sequence[Use]) -> float:
    return median(use.memory for use in uses)


async def _full_load(stage: Stage) -> float:
    async with stage.crowd(clients=CLIENTS).posting() as ledger:
        await asyncio.sleep(FULL_S)
        return len(ledger.answered) / FULL_S


async def _post(stage: Stage, ledger: Ledger, number: int, pause: float, end: float) -> None:
    """At a steady pace, whatever the last answer took; every second post has a name, every fiftieth comes anew."""
    client = Client(stage.served, stage.place)
    for turn in count():
        due = time.monotonic() + pause
        post = Post(f"soak {number} says {turn}", is_named=turn % 2 == 0)
        status, body = await client.post(post)
        if status >= 300:
            ledger.surprises.append(f"{post.text} was answered with {status}: {body.decode()}")
        else:
            await ledger.note_answer(post, "")
        if turn % 50 == 49:
            client.close()
        if time.monotonic() > end:
            break
        await asyncio.sleep(max(0.0, due - time.monotonic()))
    client.close()


async def _watch(stage: Stage, end: float) -> None:
    cookie = cookie_of(stage)
    watchers = [Watcher(stage, cookie) for _ in range(READERS)]
    await asyncio.gather(*[watcher.open() for watcher in watchers])
    for turn in count():
        watchers[turn % READERS].drop()
        await asyncio.sleep(LEAVING_EVERY_S)
        await watchers[turn % READERS].open()
        if time.monotonic() > end:
            break
    for watcher in watchers:
        watcher.drop()


async def _sample(pid: int, end: float) -> list[Use]:
    uses = list[Use]()
    while time.monotonic() < end:
        uses.append(use_of(pid))
        await asyncio.sleep(SAMPLE_EVERY_S)
    return uses
