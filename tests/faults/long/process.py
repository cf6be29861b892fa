"""What another process uses, as the kernel has it."""

import os
import resource
import time
from pathlib import Path
from typing import Final

from msgspec import Struct
from tests.faults.long.report import CannotRun

KIB: Final = 1024
TICKS: Final = os.sysconf("SC_CLK_TCK")


class Use(Struct, frozen=True):
    """`memory` in bytes, `cpu_s` since it began."""

    at: float
    memory: int
    descriptors: int
    threads: int
    cpu_s: float


def use_of(pid: int) -> Use:
    folder = Path(f"/proc/{pid}")
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    times = (folder / "stat").read_text().rpartition(")")[2].split()
    return Use(
        at=time.monotonic(),
        memory=int(status["VmRSS"].split()[0]) * KIB,
        descriptors=sum(1 for _ in (folder / "fd").iterdir()),
        threads=int(status["Threads"]),
        cpu_s=(int(times[11]) + int(times[12])) / TICKS,
    )


def waits_of(pid: int) -> str:
    """For whoever looks into a process that stands still: the state of each thread, and what it waits for."""
    if not Path(f"/proc/{pid}/stat").exists():
        return "it has ended"
    threads = sorted(Path(f"/proc/{pid}/task").iterdir())
    states = [(thread / "stat").read_text().rpartition(")")[2].split()[0] for thread in threads]
    waits = [(thread / "wchan").read_text() for thread in threads]
    return ", ".join(f"{state} {wait}" for state, wait in zip(states, waits, strict=True))


def bound_descriptors(pid: int, most: int) -> None:
    _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, hard))


def allow_descriptors(needed: int) -> None:
    """To this process, and to those that it starts from now on."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise CannotRun(f"a process may open {hard:,} files here, and this needs {needed:,}: raise it with ulimit -Hn")
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
