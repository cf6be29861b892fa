"""F7: the server may open hardly more files than it has open, and thousands of sockets come.

Those that are connected go on, nothing turns in circles, and once the sockets have gone newcomers are answered.
"""

import asyncio
import socket
import time
from pathlib import Path
from typing import Final

import aiohttp
from tests.faults.long.alone import alone
from tests.faults.long.amounts import Amounts
from tests.faults.long.process import allow_descriptors, bound_descriptors, use_of
from tests.faults.long.report import Report
from tests.faults.stage import Stage
from tests.people import Client

FAULT: Final = "F7 descriptors are exhausted"
SPARE: Final = 40
"""Descriptors that it may open beyond those that it has."""
OTHERS: Final = 500
POSTS: Final = 200
QUIET_S: Final = 5.0
BUSY_MAX: Final = 0.1
"""Of a processor, while nobody but the idle sockets is there: an accept that is tried in circles takes all of one."""
BACK_S: Final = 15.0
LOOK_EVERY_S: Final = 0.1
MORE_MAX: Final = 8
"""Descriptors that may be open afterwards which were not before: readers of the database open theirs late."""


async def run(amounts: Amounts, folder: Path) -> Report:
    allow_descriptors(amounts.sockets + OTHERS)
    complaints = list[str]()
    async with alone(folder) as stage:
        pid = stage.served.pid
        async with stage.crowd().posting() as ledger:
            await ledger.until_answered(POSTS)
            before = use_of(pid)
            bound_descriptors(pid, before.descriptors + SPARE)
            sockets = [await _connect(stage) for _ in range(amounts.sockets)]
            most = use_of(pid).descriptors
            await ledger.until_answered(POSTS)
        complaints += await stage.complaints(ledger)
        busy = await _business(pid)
        for one in sockets:
            one.close()
        back_s = await _until_back(stage)
        after = use_of(pid)
    if busy > BUSY_MAX:
        complaints.append(f"it took {busy:.0%} of a processor while nobody asked for anything")
    if back_s > BACK_S:
        complaints.append(f"newcomers were not answered within {BACK_S:g} s after the sockets had gone")
    if after.descriptors > before.descriptors + MORE_MAX or after.threads > before.threads + MORE_MAX:
        complaints.append(f"it had {before.descriptors} descriptors before and {after.descriptors} afterwards")
    counts = {
        "sockets": amounts.sockets,
        "descriptors at most": most,
        "answers": len(ledger.answered),
        "% of a processor meanwhile": round(busy * 100, 1),
        "s until newcomers were answered": round(back_s, 1),
    }
    return Report(FAULT, counts, complaints)


async def _connect(stage: Stage) -> socket.socket:
    """One that says nothing. Whether it was taken, or closed at once, is the server's choice."""
    settings, one = stage.served.settings, socket.socket()
    one.setblocking(False)
    await asyncio.get_running_loop().sock_connect(one, (settings.host, settings.port))
    return one


async def _business(pid: int) -> float:
    before = use_of(pid)
    await asyncio.sleep(QUIET_S)
    after = use_of(pid)
    return (after.cpu_s - before.cpu_s) / (after.at - before.at)


async def _until_back(stage: Stage) -> float:
    began = time.monotonic()
    while (passed := time.monotonic() - began) <= BACK_S:
        client = Client(stage.served.base)
        try:
            if (await client.get("/signed-out")).status == 200:
                break
        except (OSError, aiohttp.ClientError):
            await asyncio.sleep(LOOK_EVERY_S)
        finally:
            await client.leave()
    return passed
