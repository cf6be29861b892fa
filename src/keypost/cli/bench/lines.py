"""How the processes of a measurement talk: one JSON document a line. Their arguments say nothing: every user of a
machine can read those.
"""

import sys
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def told(kind: type[T]) -> T:
    return msgspec.json.decode(sys.stdin.buffer.readline(), type=kind)


def each(kind: type[T]) -> Iterator[T]:
    """Until whoever tells has nothing more to tell."""
    for line in sys.stdin.buffer:
        yield msgspec.json.decode(line, type=kind)


def say(what: Any) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()
