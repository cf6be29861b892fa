"""What presses, answers, crashes and time mean for tokens, in a few lines: no server, no database, no network.

Every accepted dialog mints one token for one call of a function: here the two are one thing, `Minted`. Persons are
numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf
from typing import Final, NamedTuple

from tests.serving import HeldClock

from keypost.clock import DAY_MS, MINUTE_MS
from keypost.ids import TokenId

ADA: Final = 0
"""The admin of the two."""
GRACE: Final = 1

FAILING: Final = frozenset({"decline", "fail"})
"""The functions that leave no token behind: one says no, one raises."""
RAISING: Final = "fail"

WAIT_MS: Final = 10 * MINUTE_MS
"""How long a dialog waits for its answer, and a call that was given up for a late one."""
OVERLAP_MS: Final = DAY_MS
"""How long a token that was replaced goes on."""

FAILED: Final = "its function failed"
LOST: Final = "lost when the server failed"
REPLACED: Final = "replaced by a newer token"
BY_OWNER: Final = "revoked by its owner"
BY_ADMIN: Final = "revoked by an admin"
UNINSTALLED: Final = "extension uninstalled"

MINTERS: Final = {"everybody": {ADA, GRACE}, "admins": {ADA}, "nobody": set[int]()}


class Fate(NamedTuple):
    """What can be told of a token from outside. `outcome` is its call's."""

    owner: int
    state: str
    ends_at: float
    why: str | None
    outcome: str | None


@dataclass
class Asked:
    """A dialog that somebody has before them. Cancelling does nothing to it."""

    nonce: str = field(repr=False)
    who: int
    function: str
    until: int
    is_answered: bool = False


@dataclass
class Minted:
    """`told` are the tokens that it replaces, as its function hears. Before `late_until` a late answer counts."""

    id: TokenId
    owner: int
    secret: str = field(repr=False)
    function: str
    replaces: bool
    told: tuple[TokenId, ...]
    late_until: int
    ends_at: float = inf
    why: str | None = None
    outcome: str | None = None
    is_called: bool = False

    @property
    def fails(self) -> bool:
        return self.function in FAILING

    def is_usable(self, now: int) -> bool:
        return now < self.ends_at

    def state(self, now: int) -> str:
        if not self.is_usable(now):
            return "over"
        return "live" if self.ends_at == inf else "ends"


@dataclass
class Clicks:
    clock: HeldClock
    asked: list[Asked] = field(default_factory=list)
    minted: list[Minted] = field(default_factory=list)
    members: set[int] = field(default_factory=lambda: {ADA, GRACE})
    minters: str = "everybody"
    is_installed: bool = True

    @property
    def now(self) -> int:
        return self.clock.now

    def why_not_ask(self, who: int) -> set[str]:
        """The codes with which a press may be refused; none if it may not."""
        reasons = {
            "chat_not_found": who not in self.members,
            "extension_disabled": not self.is_installed,
            "minting_not_allowed": who not in MINTERS[self.minters],
        }
        return {code for code, is_so in reasons.items() if is_so}

    def why_not(self, asked: Asked) -> set[str]:
        """The codes with which its answer may be refused. A refusal leaves the dialog as it was."""
        is_over = asked.is_answered or asked.until <= self.now
        return self.why_not_ask(asked.who) | ({"dialog_over"} if is_over else set())

    def ask(self, nonce: str, who: int, function: str) -> Asked:
        self.asked.append(Asked(nonce, who, function, self.now + WAIT_MS))
        return self.asked[-1]

    def replaceable(self, owner: int) -> list[Minted]:
        """Newest first."""
        return [one for one in reversed(self.minted) if one.owner == owner and one.ends_at == inf]

    def mint(self, asked: Asked, token_id: TokenId, secret: str, *, replaces: bool) -> Minted:
        """The dialog is answered, and that is committed; the call has not left yet."""
        asked.is_answered = True
        told = tuple(older.id for older in self.replaceable(asked.who)) if replaces else ()
        minted = Minted(token_id, asked.who, secret, asked.function, replaces, told, self.now + WAIT_MS)
        self.minted.append(minted)
        return minted

    def answer(self, minted: Minted) -> None:
        """The call reached its function, which answered in time."""
        minted.is_called = True
        minted.outcome = "failed" if minted.function == RAISING else "answered"
        self._settle(minted, fails=minted.fails)

    def give_up(self, minted: Minted) -> None:
        """Nobody knows whether the secret is in use: it stays good, and so do those that it was to replace."""
        minted.outcome = "failed"

    def answer_late(self, minted: Minted, *, fails: bool) -> None:
        self._settle(minted, fails=fails)

    def revoke(self, minted: Minted, by: int) -> None:
        self._end([minted], BY_OWNER if by == minted.owner else BY_ADMIN)

    def uninstall(self) -> None:
        """Nothing of it works any more; dialogs that are open do again when it comes back in time."""
        self.is_installed = False
        self._end(self.minted, UNINSTALLED)
        for minted in self.minted:
            minted.late_until = self.now

    def crash(self) -> None:
        """Calls under way are lost, and their tokens with them. Whoever waits for a late answer still does."""
        lost = [minted for minted in self.minted if minted.outcome is None]
        self._end(lost, LOST)
        for minted in lost:
            minted.outcome, minted.late_until = "lost", self.now

    def fates(self) -> dict[TokenId, Fate]:
        return {
            minted.id: Fate(minted.owner, minted.state(self.now), minted.ends_at, minted.why, minted.outcome)
            for minted in self.minted
        }

    def _settle(self, minted: Minted, *, fails: bool) -> None:
        minted.late_until = self.now
        if fails:
            self._end([minted], FAILED)
        elif minted.replaces and minted.is_usable(self.now):  # What is over takes nobody's place.
            for older in self.replaceable(minted.owner):
                if older.id < minted.id:
                    older.ends_at, older.why = self.now + OVERLAP_MS, REPLACED

    def _end(self, ended: Iterable[Minted], why: str) -> None:
        for minted in ended:
            if minted.is_usable(self.now):
                minted.ends_at, minted.why = self.now, why
