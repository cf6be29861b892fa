"""F6: an fsync of the write-ahead log fails. Whose post it was is not told that it is stored, and the descriptor is not
synced again: the kernel may say of it that all is well, without having written what it could not write the first time.

One client, one post at a time: so each fsync of a commit belongs to one answer.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.faults.audit import complaints, read_books
from tests.faults.crowd import Client
from tests.faults.ledger import Ledger, Post
from tests.faults.long import strace
from tests.faults.long.alone import alone
from tests.faults.long.amounts import Amounts
from tests.faults.long.report import Report
from tests.faults.long.strace import Trace, failing
from tests.faults.stage import Stage

FAULT: Final = "F6 one fsync fails"
EACH: Final = 5
"""Of so many fsyncs, one fails."""
ROUND: Final = 25
"""Failures of one life of the server: it is killed after them, and what stands in the log is read anew."""
POSTS_MAX: Final = 4 * EACH * ROUND
"""Of one life: a server that never syncs would never be met."""
ERRORS: Final = ("EIO", "ENOSPC")


async def run(amounts: Amounts, folder: Path) -> Report:
    strace.require()
    ledger, found, failed = Ledger(), list[str](), 0
    async with alone(folder) as stage:
        while failed < amounts.fsyncs:
            number = failed // ROUND
            error = ERRORS[number % len(ERRORS)]
            injection = f"fdatasync:error={error}:when={EACH}+{EACH}"
            file = folder / f"strace{number}"
            async with failing(stage.served.pid, file, injection, seen="pwrite64") as trace:
                refusals = await _post(stage, ledger, number)
            failed += refusals
            found += _verdicts(trace, refusals)
            if refusals < ROUND:
                found.append(f"only {refusals} of {ROUND} failing fsyncs were met: commits are not synced")
                break
            await stage.served.kill()
            await stage.served.start()
        found += complaints(ledger, await read_books(stage.books_at))
    counts = {"failed fsyncs of a commit": failed, "answers": len(ledger.answered), "posts repeated": ledger.repeats}
    return Report(FAULT, counts, found)


async def _post(stage: Stage, ledger: Ledger, life: int) -> int:
    """Until a round's failures were met; how many posts were refused. What was refused is sent again with its name."""
    client, refusals, number = Client(stage.served, stage.place), 0, 0
    while refusals < ROUND and number < POSTS_MAX:
        post, number = Post(f"life {life} says {number}", is_named=True), number + 1
        while True:
            ledger.note_sent(post)
            status, _ = await client.post(post)
            if status < 300:
                await ledger.note_answer(post, "")
                break
            refusals += 1
            if status not in {500, 503}:
                ledger.surprises.append(f"{post.text} was answered with {status}")
    client.close()
    return refusals


def _verdicts(trace: Trace, refusals: int) -> Iterator[str]:
    failed, spoilt, has_written = 0, set[int](), False
    for call in trace.calls():
        if not call.path.endswith("-wal"):
            continue
        if call.name == "pwrite64":
            has_written = True
        elif call.name == "fdatasync":
            failed += call.is_injected and has_written
            has_written = False
            if call.descriptor in spoilt:
                yield f"the log was synced by a descriptor whose fsync had failed: {call.result}"
            spoilt = spoilt | {call.descriptor} if call.is_injected else set()
    if failed != refusals:
        yield f"{failed} commits were not synced, and {refusals} posts were refused"
