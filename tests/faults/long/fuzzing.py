"""Millions of bad bodies, addresses and connections, found by what they reach in the code that reads them."""

import asyncio
import os
import re
import struct
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from tests.faults.long.amounts import Amounts
from tests.faults.long.report import CannotRun, Report

FAULT: Final = "Fuzz"
SHARES: Final = {"bodies": 0.5, "addresses": 0.4, "connections": 0.1}
"""Of all that is tried. A connection takes as long as ten bodies."""
LENGTH_MAX: Final = 4_096
COUNTS: Final = struct.Struct("<QQ")
_REACHED: Final = re.compile(r"cov: (\d+)")
TOLD: Final = 3_000
"""Characters of what a target says when it fails."""


async def run(amounts: Amounts, folder: Path) -> Report:
    if find_spec("atheris") is None:
        raise CannotRun("atheris is missing: make faults installs it, for Python 3.11 to 3.13")
    counts: dict[str, int | float] = {}
    complaints = list[str]()
    for target, share in SHARES.items():
        tried, taken, said = await _fuzz(target, round(amounts.bodies * share), folder)
        reached = _REACHED.findall(said)
        counts |= {target: tried, f"{target} taken": taken, f"edges of {target}": int(reached[-1]) if reached else 0}
        if tried < round(amounts.bodies * share):
            complaints.append(f"{target}: {said[-TOLD:]}")
    counts["in all"] = sum(int(counts[target]) for target in SHARES)
    return Report(FAULT, counts, complaints)


async def _fuzz(target: str, runs: int, folder: Path) -> tuple[int, int, str]:
    """How many were tried, how many of these taken, and what the fuzzer said. It stops at the first that fails."""
    counts = folder / f"{target}.counts"
    options = (f"-runs={runs}", f"-max_len={LENGTH_MAX}", "-print_final_stats=1", "-verbosity=1")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.long.fuzzed.run", target, str(counts), str(folder / target), *options),
        f"-artifact_prefix={folder}{os.sep}",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    tried, taken = COUNTS.unpack(counts.read_bytes()) if counts.exists() else (0, 0)
    return tried, taken, said.decode(errors="replace")
