import asyncio
from collections.abc import Iterator
from time import perf_counter
from typing import Final

SLICE: Final = 500
"""Writes after which everybody else has a turn: a large room must not hold up those who post."""
SLICE_S: Final = 0.01
"""The same for writes that take long to make."""


async def in_slices(writes: Iterator[None]) -> None:
    """Runs a generator that writes once between two turns."""
    count, began = 0, perf_counter()
    for _ in writes:
        count += 1
        if count == SLICE or perf_counter() - began > SLICE_S:
            await asyncio.sleep(0)
            count, began = 0, perf_counter()
