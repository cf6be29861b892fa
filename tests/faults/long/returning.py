"""F9: everybody who reads is cut off in one moment, and is back within seconds. Nobody misses a message, and who posts
meanwhile soon waits no longer than a second again.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from tests.faults.long.alone import alone
from tests.faults.long.amounts import Amounts
from tests.faults.long.process import allow_descriptors, use_of
from tests.faults.long.report import Report
from tests.faults.long.watcher import Watcher, cookie_of
from tests.faults.stage import Stage, chance

FAULT: Final = "F9 all readers drop and return"
OTHERS: Final = 500
TOGETHER: Final = 100
"""Connections that are opened at the same time at first."""
WITHIN_S: Final = 5.0
"""The readers come back at moments of their own within this time, as browsers do."""
CALM_AFTER_S: Final = 30.0
CALM_S: Final = 1.0
MEASURED_S: Final = 45.0
EVERY_S: Final = 0.5
PATIENCE_S: Final = 240.0
LOOK_EVERY_S: Final = 0.05
MORE_MAX: Final = 8


async def run(amounts: Amounts, folder: Path) -> Report:
    allow_descriptors(amounts.readers + OTHERS)
    complaints = list[str]()
    async with alone(folder) as stage:
        before = use_of(stage.served.pid)
        posts, cookie = Posts(stage), cookie_of(stage)
        watchers = [Watcher(stage, cookie) for _ in range(amounts.readers)]
        for start in range(0, len(watchers), TOGETHER):
            await asyncio.gather(*[watcher.open() for watcher in watchers[start : start + TOGETHER]])
        await _until(lambda: all(watcher.is_open for watcher in watchers))
        await posts.send()
        await _until(lambda: all(watcher.heard == posts.sent for watcher in watchers))
        for watcher in watchers:
            watcher.drop()
        await posts.send()
        began = time.monotonic()
        back_s, _ = await asyncio.gather(_return(watchers, began), posts.keep_on(began))
        with suppress(TimeoutError):  # Those that have not are counted below.
            await _until(lambda: all(watcher.was_reset or watcher.heard >= posts.sent for watcher in watchers))
        for watcher in watchers:
            watcher.drop()
        after = await _at_rest(stage, before.descriptors)
    late = sorted(latency for at, latency in posts.timed if at > CALM_AFTER_S)
    p99 = late[min(len(late) - 1, len(late) * 99 // 100)]
    missed = sum(watcher.heard != posts.sent and not watcher.was_reset for watcher in watchers)
    complaints += [f"{missed} readers did not hear of each message once"] if missed else []
    complaints += [f"posts take {p99:.2f} s, {CALM_AFTER_S:g} s after the return"] if p99 > CALM_S else []
    if after > before.descriptors + MORE_MAX:
        complaints.append(f"it had {before.descriptors} descriptors before and {after} afterwards")
    counts = {
        "readers": amounts.readers,
        "messages": posts.sent,
        "deliveries": sum(watcher.heard for watcher in watchers),
        "cut off once more": sum(watcher.losses for watcher in watchers),
        "told to load anew": sum(watcher.was_reset for watcher in watchers),
        "s until all were back": round(back_s, 1),
        "s the slowest post took meanwhile": round(max(latency for _, latency in posts.timed), 2),
        "s p99 of posts afterwards": round(p99, 2),
    }
    return Report(FAULT, counts, complaints + posts.troubles)


class Posts:
    """One after the other; `timed` are how long after the return each began, and how long it took."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.sent = 0
        self.timed: list[tuple[float, float]] = []
        self.troubles: list[str] = []

    async def send(self) -> None:
        answer = await self._stage.say(f"message {self.sent}")
        self.sent += 1
        if answer.status != 204:
            self.troubles.append(f"a post was answered with {answer.status}: {answer.text}")

    async def keep_on(self, began: float) -> None:
        while (at := time.monotonic() - began) < MEASURED_S:
            await self.send()
            self.timed.append((at, time.monotonic() - began - at))
            await asyncio.sleep(EVERY_S)


async def _return(watchers: Sequence[Watcher], began: float) -> float:
    luck = chance()

    async def come_back(watcher: Watcher) -> None:
        await asyncio.sleep(luck.uniform(0, WITHIN_S))
        await watcher.open()

    await asyncio.gather(*[come_back(watcher) for watcher in watchers])
    await _until(lambda: all(watcher.is_open for watcher in watchers))
    return time.monotonic() - began


async def _at_rest(stage: Stage, before: int) -> int:
    """How many descriptors are open once the server has noticed that everybody has gone."""
    with suppress(TimeoutError):
        await _until(lambda: use_of(stage.served.pid).descriptors <= before + MORE_MAX)
    return use_of(stage.served.pid).descriptors


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - ten thousand of them would wake an event each time.
            await asyncio.sleep(LOOK_EVERY_S)
