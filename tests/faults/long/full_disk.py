"""F4: the disk is full, again and again, with a page more each time: a file system in memory holds the data.

Each time the crowd fills what there is and is refused, with 503 and in words; what was answered stays. When there is
room, everything goes on by itself. Where it was the log's index that could not grow, the commit is in the log already:
who is told 500 then does not know. At last it is killed while the disk is full, and starts when there is room.
"""

import asyncio
from pathlib import Path
from typing import Final

from tests.faults.audit import read_books
from tests.faults.ledger import Ledger, Post
from tests.faults.long.alone import DATA, alone
from tests.faults.long.amounts import Amounts
from tests.faults.long.report import Report
from tests.faults.long.small_disk import small_disk
from tests.faults.stage import Stage
from tests.live.until import PATIENCE_S

FAULT: Final = "F4 the disk is full"
PAGE: Final = 4_096
PAGES_MAX: Final = 4
REFUSALS: Final = 20
"""At one size: more than there are clients, so that somebody was refused who had been refused before."""
AFTERWARDS: Final = 500


async def run(amounts: Amounts, folder: Path) -> Report:
    refused_texts = set[str]()
    with small_disk(folder / DATA) as disk:
        async with alone(folder) as stage:
            async with stage.crowd(may_be_unsure=True).posting() as ledger:
                await ledger.until_answered(REFUSALS)
                for step in range(amounts.steps):
                    disk.leave(step % PAGES_MAX * PAGE)
                    try:
                        async with asyncio.timeout(PATIENCE_S):
                            await ledger.until_refused(REFUSALS)
                    except TimeoutError:
                        ledger.surprises.append("nobody is told to come again, though the disk is full")
                        break
                    refused_texts |= await _ask(stage, ledger, step)
                refused = ledger.refused
                disk.make_room()
                await ledger.until_answered(AFTERWARDS)
                disk.leave(0)
                await ledger.until_refused(REFUSALS)
                await stage.change_nothing()
                await stage.served.kill()
                disk.make_room()
                await stage.served.start()
            complaints = await stage.complaints(ledger)
            await stage.served.kill()
            await stage.served.start()
            complaints += await stage.complaints(ledger)
            there = {row.text for row in (await read_books(stage.books_at)).messages}
    complaints += [f"refused for want of room, and there: {text}" for text in sorted(refused_texts & there)]
    counts = {"sizes": amounts.steps, "refused": refused, "answers": len(ledger.answered)}
    return Report(FAULT, counts, complaints)


async def _ask(stage: Stage, ledger: Ledger, step: int) -> set[str]:
    """What is refused now for certain, and is not sent again; what was said to it is looked at."""
    post = Post(f"at size {step}", is_named=True)
    ledger.note_sent(post)
    answer = await stage.say(post.text, name=post.text)
    if answer.status < 300:
        await ledger.note_answer(post, "")
        return set()
    if answer.status == 500:
        return set()
    if (answer.status, answer.refused_with) != (503, "disk_full") or "Retry-After" not in answer.headers:
        ledger.surprises.append(f"{post.text} was answered with {answer.status}: {answer.text}")
    return {post.text}
