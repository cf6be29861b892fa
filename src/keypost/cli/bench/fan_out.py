from collections.abc import Sequence

from msgspec import Struct

from keypost.cli.bench.children import Child, Subject, child
from keypost.cli.bench.crowd import Crowd, Spread
from keypost.cli.bench.memory import used_bytes
from keypost.cli.bench.plan import BODY, Plan


class FanOut(Struct, frozen=True, kw_only=True):
    """`bytes_each` is the memory of the server's process for each page that watches and hears nothing yet."""

    spreads: Sequence[Spread]
    bytes_each: float


def fan_out(plan: Plan, server: Subject) -> FanOut:
    """Many watch one organisation, while somebody posts into a channel that all of them see."""
    before = used_bytes(server.pid)
    with child("crowd") as crowd:
        crowd.tell(
            Crowd(
                port=server.port,
                subscribers=plan.subscribers,
                posts=plan.fanned_out,
                session=server.stocked.session,
                token=server.stocked.tokens[0],
                path=server.paths[0],
                body=BODY,
            )
        )
        crowd.hear(str)
        bytes_each = (used_bytes(server.pid) - before) / plan.subscribers
        return FanOut(spreads=[_spread(crowd) for _ in range(plan.rounds)], bytes_each=bytes_each)


def _spread(crowd: Child) -> Spread:
    crowd.tell(None)
    return crowd.hear(Spread)
