"""How much is measured, and for how long.

Many short rounds, for a machine is faster at one time than at another: the closer together two loads run, the less of
that is in their ratio.
"""

from typing import Final

from msgspec import Struct

BODY: Final = '{"text":"*build 42* passed in 3 min 12 s"}'


class Stock(Struct, frozen=True, kw_only=True):
    """What is in a server's organisation before it is measured. Every person is a member of every channel; tokens are
    shared out among the persons.
    """

    tokens: int = 100
    channels: int = 10
    members: int = 100
    messages: int = 1_000


MUCH: Final = Stock(tokens=100_000, members=2_500, messages=1_000_000)
"""Nobody may have more than fifty tokens at once, hence the members."""


class Order(Struct, frozen=True, kw_only=True):
    """What a server's process is told. Without `stock` it serves what is in its folder already; without `fast_lane`
    every post takes the way that it takes in any ASGI server.
    """

    folder: str
    storing: bool = True
    fast_lane: bool = True
    stock: Stock | None = Stock()


class Plan(Struct, frozen=True, kw_only=True):
    """`seconds` is how long each load of each round lasts. `rates` are shares of what the server did in closed loop,
    offered to it in open loop; `grown` how many times larger each part of the organisation is made, 0 for not at all;
    `starts` what servers have that are started anew.
    """

    rounds: int = 9
    seconds: float = 2.0
    usual_connections: int = 64
    many_connections: int = 256
    disk_writes: int = 1_000
    subscribers: int = 1_000
    fanned_out: int = 100
    followed: int = 30
    rates: tuple[float, ...] = (0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
    grown: int = 10
    starts: tuple[Stock, ...] = (Stock(), MUCH)


USUAL: Final = Plan()
QUICK: Final = Plan(
    rounds=7, seconds=0.5, disk_writes=300, subscribers=300, fanned_out=20, followed=10, rates=(), grown=0, starts=()
)
