"""F1: the short form's test, as often as was asked for."""

from pathlib import Path
from typing import Final

from tests.faults.long.alone import alone
from tests.faults.long.amounts import Amounts
from tests.faults.long.report import Report
from tests.faults.stage import chance

FAULT: Final = "F1 kill -9 under load"


async def run(amounts: Amounts, folder: Path) -> Report:
    """Kills at random moments, so that about `answers` have come in the end; and as many more as are missing then."""
    between, luck = 2 * amounts.answers // amounts.kills, chance()
    async with alone(folder, amounts.database) as stage:
        crowd, reader = stage.crowd(), stage.reader()
        async with reader.reading():
            async with crowd.posting() as ledger:
                for _ in range(amounts.kills):
                    await ledger.until_about(between, luck)
                    await stage.served.kill()
                    await stage.served.start()
                await ledger.until_answered(max(1, amounts.answers - len(ledger.answered)))
            complaints = await stage.complaints(ledger, reader)
    counts = {
        "kills": amounts.kills,
        "answers": len(ledger.answered),
        "requests repeated": ledger.repeats,
        "without a name and cut off": len(ledger.unknown),
        "cuts of the page": reader.cuts,
    }
    return Report(f"{FAULT} ({amounts.database})", counts, complaints)
