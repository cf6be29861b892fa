"""`keypost bench --quick` with as little of everything as can be: `python -m tests.cli.tiny_bench bench --quick`."""

from typing import Final

from keypost.__main__ import main
from keypost.cli.bench import command
from keypost.cli.bench.plan import Plan, Stock

TINY: Final = Plan(
    rounds=1,
    seconds=0.1,
    usual_connections=8,
    many_connections=16,
    disk_writes=3,
    subscribers=5,
    fanned_out=3,
    followed=2,
    rates=(0.5, 0.9),
    grown=0,
    starts=(Stock(messages=10),),
)

if __name__ == "__main__":
    command.QUICK = TINY  # type: ignore[attr-defined]
    main()
