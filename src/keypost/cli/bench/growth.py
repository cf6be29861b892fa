"""What a post costs in larger organisations, compared with a small one."""

from pathlib import Path
from statistics import median
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from keypost.cli.bench.children import subjects
from keypost.cli.bench.comparison import Comparison
from keypost.cli.bench.plan import Order, Plan, Stock

SMALL: Final = Stock(messages=10_000)
PARTS: Final = ("tokens", "channels", "members", "messages")


class Growth(Struct, frozen=True, kw_only=True):
    """What a post costs in an organisation of which one part is larger, as a multiple of what it costs in the small
    one: in seconds of the server's processor, and in time.
    """

    part: str
    small: int
    large: int
    cpu: float
    time: float


def growth(plan: Plan, comparison: Comparison, folder: Path) -> list[Growth]:
    stocks = [SMALL, *(replace(SMALL, **{part: getattr(SMALL, part) * plan.grown}) for part in PARTS)]
    orders = [Order(folder=str(folder / str(number)), stock=stock) for number, stock in enumerate(stocks)]
    with subjects(*orders) as servers:
        for server in servers:
            comparison.post(server)  # First statements are compiled, first pages are written.
        rounds = [[comparison.post(server) for server in servers] for _ in range(plan.rounds)]
    return [
        Growth(
            part=part,
            small=getattr(SMALL, part),
            large=getattr(SMALL, part) * plan.grown,
            cpu=round(median(runs[number].cpu_us / runs[0].cpu_us for runs in rounds), 2),
            time=round(median(runs[0].per_s / runs[number].per_s for runs in rounds), 2),
        )
        for number, part in enumerate(PARTS, start=1)
    ]
