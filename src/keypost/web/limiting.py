"""What the door asks of limits: to count a call, and to count a credential that was wrong."""

from collections.abc import Callable
from typing import Final, Protocol

from starlette.requests import Request

from keypost.caller import Caller
from keypost.errors import TooMany
from keypost.ids import ChatId, OrgId
from keypost.web.routing import Route

Fields = list[tuple[bytes, bytes]]

COUNTED: Final = "counted"


class Counted(Protocol):
    """A call that was counted, or one that nobody counts. `refusal` is for one that is one too many."""

    refusal: TooMany | None

    def fields(self) -> Fields:
        """What the answer's header says of it, whatever the answer is."""
        ...

    def enter(self, org_id: OrgId, chat_id: ChatId) -> None:
        """Counts it in the chat where it leads too. If that refuses it, it was never counted anywhere."""
        ...

    def give_back(self) -> None:
        """It was not made after all: takes back what it took."""
        ...


CountCall = Callable[[], Counted]


class Limiting(Protocol):
    def count(self, route: Route, caller: Caller) -> Counted:
        """Counts a call of an admitted caller."""
        ...

    def counter(self, route: Route, caller: Caller) -> CountCall:
        """What does that for each of the caller's calls, as long as memory does not change."""
        ...

    def require_few_failures(self, address: str) -> None:
        """Counts a wrong credential from an address, and refuses one too many."""
        ...


def count_place(request: Request, org_id: OrgId, chat_id: ChatId) -> None:
    """For who has found, and judged, where a counted call posts to."""
    counted: Counted = request.scope["state"][COUNTED]
    counted.enter(org_id, chat_id)
