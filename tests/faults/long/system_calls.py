"""F5: the n-th system call fails, for each n up to so many, while a crowd posts and others read and come anew.

Not `fcntl`: SQLite never gets rid of a lock whose unlocking failed, which no local disk does to it.

What was answered with 2xx is there once, whatever failed. The server answers all the time, and needs no hand then. At
last it is killed while nothing can be stored, and starts again.
"""

import asyncio
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import aiohttp
from msgspec import Struct
from tests.faults.ledger import Ledger
from tests.faults.long import strace
from tests.faults.long.alone import alone
from tests.faults.long.amounts import Amounts
from tests.faults.long.process import waits_of
from tests.faults.long.report import Report
from tests.faults.long.strace import failing
from tests.faults.stage import Stage
from tests.live.until import PATIENCE_S
from tests.people import Client

FAULT: Final = "F5 the n-th system call fails"
POSTS: Final = 12
"""Answers between two looks at whether it was met."""
LOOKS: Final = 6
N_MAX: Final = 8
UNSURE: Final = frozenset({200, 500, 503})
"""What a reader may be answered while the disk fails."""


class Point(Struct, frozen=True):
    """The `n`th call of each thread fails; with `after`, another one has failed first, so that it is made at all."""

    call: str
    error: str
    n: int
    after: str = ""

    @property
    def faults(self) -> list[str]:
        return [*filter(None, [self.after]), f"{self.call}:error={self.error}:when={self.n}"]


BROKEN: Final = "fdatasync:error=EIO:when=1"
"""Then the writer opens the database anew."""
WITHOUT_ROOM: Final = "pwrite64:error=ENOSPC:when=1+"
CALLS: Final = (
    *(("fdatasync", error, "") for error in ("EIO", "ENOSPC", "EINTR")),
    *(("pwrite64", error, "") for error in ("EIO", "ENOSPC", "EINTR", "EDQUOT")),
    *(("openat", error, BROKEN) for error in ("EMFILE", "ENFILE", "EACCES")),
    *(("pread64", error, BROKEN) for error in ("EIO", "EINTR")),
    *(("accept4", error, "") for error in ("EMFILE", "ENFILE", "ECONNABORTED", "EINTR")),
    # Of these only what a signal does: the event loop's own pipe is among them, and cannot fail otherwise.
    *((call, "EINTR", "") for call in ("epoll_pwait", "read", "write")),
)


async def run(amounts: Amounts, folder: Path) -> Report:
    strace.require()
    injected = met = 0
    async with alone(folder) as stage:
        async with stage.crowd(may_be_unsure=True).posting() as ledger:
            for point in _points(amounts.points):
                try:
                    async with asyncio.timeout(PATIENCE_S):
                        count = await _try(stage, ledger, point, folder / "strace")
                except TimeoutError:
                    ledger.surprises.append(f"the server did not go on after {point}: {waits_of(stage.served.pid)}")
                    await stage.served.kill()
                    await stage.served.start()
                    break
                injected += count
                met += count > 0
            await _end_without_room(stage, ledger, folder / "strace")
        complaints = await stage.complaints(ledger)
        await stage.served.kill()
        await stage.served.start()
        complaints += await stage.complaints(ledger)
    counts = {
        "points tried": amounts.points,
        "met by the server": met,
        "calls failed": injected,
        "answers": len(ledger.answered),
        "refused": ledger.refused,
        "posts repeated": ledger.repeats,
    }
    return Report(FAULT, counts, complaints)


def _points(count: int) -> Iterator[Point]:
    """Each call and error with n = 1, then each with n = 2, and so on; from the start again after the last."""
    one_round = [Point(call, error, n + 1, after) for n in range(N_MAX) for call, error, after in CALLS]
    return islice(cycle(one_round), count)


async def _try(stage: Stage, ledger: Ledger, point: Point, file: Path) -> int:
    """How many calls failed: several threads may make it."""
    async with failing(stage.served.pid, file, *point.faults) as trace:
        for _ in range(LOOKS):
            await asyncio.gather(ledger.until_answered(POSTS), _look_in(stage, ledger))
            if trace.injected:
                break
        count = trace.injected
    await ledger.until_answered(POSTS)  # It goes on by itself.
    return count


async def _end_without_room(stage: Stage, ledger: Ledger, file: Path) -> None:
    async with failing(stage.served.pid, file, WITHOUT_ROOM):
        await ledger.until_refused(1)
        await stage.change_nothing()
        await stage.served.kill()
    await stage.served.start()


async def _look_in(stage: Stage, ledger: Ledger) -> None:
    """Somebody who reads, over a connection of their own."""
    client = Client(stage.served.base)
    try:
        headers = [("Authorization", f"Zoho-oauthtoken {stage.ada.api_token}")]
        answer = await client.get(f"/api/v2/chats/{stage.chat_id}/messages", headers)
    except (OSError, aiohttp.ClientError):
        return  # The fault was on this connection.
    finally:
        await client.leave()
    if answer.status not in UNSURE:
        ledger.surprises.append(f"a reader was answered with {answer.status}")
