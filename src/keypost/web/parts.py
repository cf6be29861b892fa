"""The server's parts by type, as the composition handed them over: `part(request, Lane)`."""

from typing import Any, TypeVar

from starlette.requests import Request

T = TypeVar("T")


class Parts:
    def __init__(self, *parts: object) -> None:
        self._by_type: dict[type, Any] = {type(part): part for part in parts}

    def add(self, kind: type[T], part: T) -> None:
        """Under a protocol's name, for a part of which there are several kinds."""
        self._by_type[kind] = part

    def get(self, kind: type[T]) -> T:
        part: T = self._by_type[kind]
        return part


def parts_of(request: Request) -> Parts:
    parts: Parts = request.scope["state"]["parts"]
    return parts


def part(request: Request, kind: type[T]) -> T:
    return parts_of(request).get(kind)
