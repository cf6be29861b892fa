"""Endpoints that are ready at once: what the fast lane (`web/fast_lane.py`) asks for, and gets."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.ids import ChatId, OrgId

T = TypeVar("T")
Settle = Callable[[T | Exception], None]
"""Called once, in the event loop, with what was stored or with why not."""


class Ready(Struct, Generic[T], frozen=True):
    """A judged request: `commit` begins to store it, and it counts in the chat `place` if there is one. `answer`
    makes the response once it is stored; None means 204.
    """

    place: tuple[OrgId, ChatId] | None
    commit: Callable[[Settle[T]], None]
    answer: Callable[[T], Response | None]


class Standing(Protocol):
    """What holds of every request of one caller to one address, as long as memory does not change."""

    def ready(self, fields: Mapping[bytes, bytes], body: bytes) -> Ready[Any] | None:
        """Judges on memory, and leaves no trace; None, or a refusal, for what is not for the fast lane."""
        ...


Prepare = Callable[[Request, Caller], Standing | None]


@runtime_checkable
class Prepares(Protocol):
    def prepare(self, request: Request, caller: Caller) -> Standing | None:
        """What can be known before the body; None, or a refusal, for whom or what is not for the fast lane."""
        ...
