"""The long form of the fault tests: `make faults`, or `python -m tests.faults.long [ONLY=f5,f6] [KILLS=100] …`.

Everything it starts listens on 127.0.0.1 and ends with it. It prints a line for each fault as soon as that is over, and
ends with 1 if something did not hold, or could not be tried here.
"""

import asyncio
import importlib
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.faults.long.amounts import Amounts, amounts_of
from tests.faults.long.report import CannotRun, Report

FAULTS: Final[Mapping[str, str]] = {
    "f1": "kills",
    "f3": "power",
    "f4": "full_disk",
    "f5": "system_calls",
    "f6": "fsyncs",
    "f7": "descriptors",
    "f9": "returning",
    "f24": "soak",
    "fuzz": "fuzzing",
}


def main(words: list[str]) -> int:
    amounts = amounts_of(words)
    chosen = amounts.only.lower().split(",") if amounts.only else list(FAULTS)
    unknown = [name for name in chosen if name not in FAULTS]
    if unknown:
        sys.stdout.write(f"There is no {', '.join(unknown)}; there are {', '.join(FAULTS)}.\n")
        return 2
    held = [_holds(name, amounts) for name in chosen]  # All of them, whatever becomes of the first.
    return int(not all(held))


def _holds(name: str, amounts: Amounts) -> bool:
    began = time.monotonic()
    try:
        report = _run(name, amounts)
    except CannotRun as reason:
        sys.stdout.write(f"{name.upper()}: NOT TRIED: {reason}\n")
        return False
    except Exception:  # noqa: BLE001 - the other faults are tried all the same.
        sys.stdout.write(f"{name.upper()}: FAILS, and could not go on:\n{traceback.format_exc()}\n")
        return False
    sys.stdout.write(f"{report.line}\n    {time.monotonic() - began:,.0f} s\n")
    sys.stdout.flush()
    return not report.complaints


def _run(name: str, amounts: Amounts) -> Report:
    module: Any = importlib.import_module(f"tests.faults.long.{FAULTS[name]}")
    with tempfile.TemporaryDirectory(prefix="keypost-") as folder:
        report: Report = asyncio.run(module.run(amounts, Path(folder)))
        return report


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
