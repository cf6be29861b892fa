import asyncio
from collections.abc import Iterator
from typing import Final

SLICE: Final = 500
"""Writes after which everybody else has a turn: a large room must not hold up those who post."""


async def in_slices(writes: Iterator[None]) -> None:
    """Runs a generator that writes once between two turns."""
    for number, _ in enumerate(writes, 1):
        if number % SLICE == 0:
            await asyncio.sleep(0)
