"""How much of each fault: whoever asks for less says so on the command line (`KILLS=100`)."""

import msgspec
from msgspec import Struct


class Amounts(Struct, frozen=True, kw_only=True):
    """`kills` and `answers` are of F1, `cuts` of F3, `steps` of F4, `points` of F5, `fsyncs` of F6, `sockets` of F7,
    `readers` of F9, `minutes` of F24, `bodies` of the fuzzing. `only` names faults with commas between; `database` is
    for F1 and F24.
    """

    only: str = ""
    database: str = "sqlite"
    kills: int = 1_000
    answers: int = 1_000_000
    cuts: int = 500
    steps: int = 200
    points: int = 500
    fsyncs: int = 100
    sockets: int = 10_000
    readers: int = 10_000
    minutes: float = 30
    bodies: int = 10_000_000


def amounts_of(words: list[str]) -> Amounts:
    """From `NAME=value`, as make takes them; what is no amount is make's own."""
    named = dict(word.split("=", 1) for word in words if "=" in word)
    known = {name: named[name.upper()] for name in Amounts.__struct_fields__ if named.get(name.upper())}
    return msgspec.convert(known, Amounts, strict=False)
