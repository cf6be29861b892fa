"""How fast messages reach many open pages, and what each page costs."""

from collections.abc import Sequence
from typing import TypeVar

from msgspec import Struct

from keypost.cli.bench.children import Child, Subject, child
from keypost.cli.bench.crowd import Crowd, Followed, Spread, Task
from keypost.cli.bench.memory import used_bytes
from keypost.cli.bench.plan import BODY, Plan

T = TypeVar("T")


class FanOut(Struct, frozen=True, kw_only=True):
    """`bytes_each` is the memory of the server's process for each page that watches and hears nothing yet."""

    spreads: Sequence[Spread]
    followed: Followed
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
                followed=plan.followed,
                session=server.stocked.session,
                token=server.stocked.tokens[0],
                path=server.paths[0],
                body=BODY,
            )
        )
        crowd.hear(str)
        bytes_each = (used_bytes(server.pid) - before) / plan.subscribers
        spreads = [_asked(crowd, Task.SPREAD, Spread) for _ in range(plan.rounds)]
        return FanOut(spreads=spreads, followed=_asked(crowd, Task.FOLLOW, Followed), bytes_each=bytes_each)


def _asked(crowd: Child, task: Task, kind: type[T]) -> T:
    crowd.tell(task)
    return crowd.hear(kind)
