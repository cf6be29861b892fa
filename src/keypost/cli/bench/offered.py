"""Posts that come at a fixed rate, whether the server keeps up or not."""

from typing import Final

from msgspec import Struct

from keypost.cli.bench.children import Subject
from keypost.cli.bench.comparison import Comparison

CONNECTIONS: Final = 256
"""Enough that none is missing while the server keeps up."""


class Offered(Struct, frozen=True, kw_only=True):
    """Posts a second that fell due, those that were answered, and how long they took from when they fell due. `left`
    were not sent before the end.
    """

    offered_per_s: int
    answered_per_s: int
    p50_ms: float
    p99_ms: float
    left: int


def offer(comparison: Comparison, server: Subject, rate: int) -> Offered:
    """In open loop."""
    heard = comparison.post(server, connections=CONNECTIONS, rate=rate).heard
    return Offered(
        offered_per_s=rate,
        answered_per_s=round(heard.per_s),
        p50_ms=round(heard.p50_ms, 2),
        p99_ms=round(heard.p99_ms, 2),
        left=heard.left,
    )
