"""Endpoints that are ready at once: what the fast lane (`web/fast_lane.py`) asks for, and gets."""

import asyncio
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller

T = TypeVar("T")


class Ready(Struct, Generic[T], frozen=True):
    """A judged request: `commit` begins to store it, `answer` is for when that is done."""

    commit: Callable[[], asyncio.Future[T]]
    answer: Callable[[T], Response]


Prepare = Callable[[Request, Caller, bytes], Ready[Any] | None]


@runtime_checkable
class Prompt(Protocol):
    def prepare(self, request: Request, caller: Caller, body: bytes) -> Ready[Any] | None:
        """Judges on memory, and leaves no trace; None, or a refusal, for what is not for the fast lane."""
        ...
