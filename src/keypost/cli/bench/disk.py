"""What the disk alone can do: no durable post is faster."""

import os
import statistics
import time
from pathlib import Path
from typing import Final

BLOCK: Final = bytes(4096)
MS_PER_S: Final = 1_000


def fdatasync_p50_ms(folder: Path, writes: int) -> float:
    """How long the disk takes to make one small write durable, at the median."""
    path = folder / "written"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        return statistics.median(_write_ms(descriptor) for _ in range(writes))
    finally:
        os.close(descriptor)
        path.unlink()


def _write_ms(descriptor: int) -> float:
    began = time.perf_counter()
    os.write(descriptor, BLOCK)
    os.fdatasync(descriptor)
    return (time.perf_counter() - began) * MS_PER_S
