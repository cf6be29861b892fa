"""Calls whose answers say of no bucket how full it is."""

from keypost.errors import TooMany
from keypost.ids import ChatId, OrgId
from keypost.limits.lock import Lock
from keypost.web.limiting import Fields


class Uncounted:
    """One that nobody counts."""

    __slots__ = ("refusal",)

    def __init__(self) -> None:
        self.refusal: TooMany | None = None

    def fields(self) -> Fields:
        return []

    def enter(self, org_id: OrgId, chat_id: ChatId) -> None:
        """Nobody counts it there either."""

    def give_back(self) -> None:
        """It took nothing."""


class TurnedAway(Uncounted):
    """One that is refused."""

    __slots__ = ()

    def __init__(self, refusal: TooMany) -> None:
        super().__init__()
        self.refusal = refusal


class LetThrough(Uncounted):
    """One that a lock has counted, and let through."""

    __slots__ = ("_lock",)

    def __init__(self, lock: Lock) -> None:
        super().__init__()
        self._lock = lock

    def give_back(self) -> None:
        self._lock.give_back()
