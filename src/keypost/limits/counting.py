"""Counts what tools do, and refuses what is one too many: of each token, of all tokens of a person, of all that post
into a chat, and by the wire's limits if those are chosen.
"""

from functools import partial
from typing import Final

from keypost.caller import Caller, Means
from keypost.clock import Clock
from keypost.errors import Throttled, TooMany
from keypost.ids import ChatId, OrgId, PersonId
from keypost.limits import wire
from keypost.limits.bucket import Bucket, Rate
from keypost.limits.budgets import Budgets, Rates
from keypost.limits.lock import Lock
from keypost.limits.meters import Meters
from keypost.limits.tally import Tally, Tool, seconds_of
from keypost.limits.uncounted import LetThrough, TurnedAway, Uncounted
from keypost.settings import Limits, Settings
from keypost.web.client import network_of
from keypost.web.family import Family
from keypost.web.limiting import CountCall, Counted
from keypost.web.routing import SAFE_METHODS, Route

NOT_COUNTED: Final = Uncounted()
ASSURED_PER_MINUTE: Final = 6
"""Of each token, in what it shares with others: so much is let through however full that is."""
ASSURED: Final = Rate(ASSURED_PER_MINUTE, burst=2)
FAILURES: Final = Rate(per_minute=30, burst=30)
"""Wrong credentials of one address."""

BY_HAND: Final = ("/chats/", "/dialogs/")
"""Where people do what is counted. To end a token or a session is never too much."""

Habit = tuple[OrgId, PersonId, Family]


class Counting:
    """The server's one place where calls are counted. For one event loop."""

    def __init__(self, settings: Settings, clock: Clock, budgets: Budgets) -> None:
        self._clock = clock
        self._budgets = budgets
        self._is_vendors = settings.limits is Limits.VENDOR
        self._tools: Meters[Tool, Bucket] = Meters()
        self._persons: Meters[tuple[OrgId, PersonId], Bucket] = Meters()
        self._chats: Meters[tuple[OrgId, ChatId], Bucket] = Meters()
        self._assured: Meters[Tool, Bucket] = Meters()
        self._locks: Meters[Habit, Lock] = Meters()
        self._hands: Meters[tuple[OrgId, PersonId], Bucket] = Meters()
        self._failures: Meters[str, Bucket] = Meters()

    def count(self, route: Route, caller: Caller) -> Counted:
        """One that is refused leaves no trace, but for the lock that it may begin."""
        return self.counter(route, caller)()

    def counter(self, route: Route, caller: Caller) -> CountCall:
        """What counts the caller's calls, as long as memory does not change."""
        if route.family is None:
            return self._counter_by_hand(route, caller)
        rates = self._budgets.of_caller(caller) if not route.family.is_reading else None
        if rates is None and not self._is_vendors:
            return _count_nothing
        return partial(self._count, route, route.family, caller, rates)

    def _counter_by_hand(self, route: Route, caller: Caller) -> CountCall:
        """No hand is as fast as the tools of a person may be; a program that has got somebody's cookie is."""
        rate = self._budgets.by_hand(caller.org_id)
        if caller.means is not Means.SESSION or not _is_by_hand(route) or rate is None:
            return _count_nothing
        return partial(self._count_by_hand, rate, (caller.org_id, caller.person_id))

    def _count_by_hand(self, rate: Rate, person: tuple[OrgId, PersonId]) -> Counted:
        now = self._clock.now_ms()
        bucket = self._hands.find(person) or self._hands.add(person, Bucket(rate, now), now)
        if wait := bucket.take(rate, now):
            seconds = seconds_of(wait)
            sentence = f"That was more than anybody does by hand. Try again in {seconds} s."
            return TurnedAway(TooMany("rate_limit_exceeded", sentence, retry_after_s=seconds))
        return NOT_COUNTED

    def _count(self, route: Route, family: Family, caller: Caller, rates: Rates | None) -> Counted:
        now = self._clock.now_ms()
        tally = self._spend(caller, rates, now) if rates is not None else None
        if not self._is_vendors or (tally is not None and tally.refusal is not None):
            return tally or NOT_COUNTED
        rules, lock = wire.NEWER_RULES if route.is_newer_wire else wire.RULES, self._lock(family, caller, now)
        if wait := lock.take(rules[family], now):
            if tally is not None:
                tally.give_back()
            return TurnedAway(_locked(route, seconds_of(wait)))
        if tally is None:
            return LetThrough(lock)
        tally.filled.append(lock)
        return tally

    def require_few_failures(self, address: str) -> None:
        """Only who fails is refused: a right credential gets in from an address whatever others try from there."""
        now = self._clock.now_ms()
        network = network_of(address)
        bucket = self._failures.find(network) or self._failures.add(network, Bucket(FAILURES, now), now)
        wait = bucket.take(FAILURES, now)
        if wait:
            sentence = "Too many requests with a wrong credential came from your address. Look what sends them."
            raise TooMany("too_many_failures", sentence, retry_after_s=seconds_of(wait))

    def _lock(self, family: Family, caller: Caller, now: int) -> Lock:
        habit = (caller.org_id, caller.person_id, family)
        return self._locks.find(habit) or self._locks.add(habit, Lock(now), now)

    def _spend(self, caller: Caller, rates: Rates, now: int) -> Tally | None:
        """None for one who came without a tool."""
        credential = caller.credential_id
        if credential is None:
            return None
        tool, rate = (caller.org_id, credential), rates.of_token
        token = self._tools.find(tool) or self._tools.add(tool, Bucket(rate, now), now)
        tally = Tally(tool, rates, token, self._enter)
        if wait := token.take(rate, now):
            tally.refuse("This token has used up its budget.", wait)
            return tally
        tally.filled.append(token)
        if rates.of_person is not None:
            self._count_person(tally, rates.of_person, (caller.org_id, caller.person_id), now)
        return tally

    def _count_person(self, tally: Tally, rate: Rate, key: tuple[OrgId, PersonId], now: int) -> None:
        tally.person = self._persons.find(key) or self._persons.add(key, Bucket(rate, now), now)
        if wait := self._share(tally, tally.person, rate, now):
            tally.refuse("All tokens of this person together have used up their budget.", wait)

    def _enter(self, tally: Tally, org_id: OrgId, chat_id: ChatId) -> None:
        rate, key, now = tally.rates.in_chat, (org_id, chat_id), self._clock.now_ms()
        if rate is None:
            return
        tally.chat = self._chats.find(key) or self._chats.add(key, Bucket(rate, now), now)
        if wait := self._share(tally, tally.chat, rate, now):
            tally.refuse("All tokens together have posted too much to this chat.", wait)

    def _share(self, tally: Tally, bucket: Bucket, rate: Rate, now: int) -> int:
        """As `Bucket.take`. What is full by the noise of others is not full for one who says little."""
        if not bucket.take(rate, now):
            tally.filled.append(bucket)
            return 0
        if tally.is_assured:
            return 0
        assured = self._assured.find(tally.tool) or self._assured.add(tally.tool, Bucket(ASSURED, now), now)
        wait = assured.take(ASSURED, now)
        if not wait:
            tally.filled.append(assured)
            tally.is_assured = True
        return wait


def _is_by_hand(route: Route) -> bool:
    return route.path.startswith(BY_HAND) and not SAFE_METHODS.issuperset(route.methods)


def _count_nothing() -> Uncounted:
    return NOT_COUNTED


def _locked(route: Route, seconds: int) -> TooMany:
    """The two generations of the wire say it in two ways."""
    sentence = f"Too many calls of one kind: {route.family} are locked for you. Try again in {seconds} s."
    if route.is_newer_wire:
        return TooMany("rate_limit_exceeded", sentence, retry_after_s=seconds)
    return Throttled("request_limit_exceeded", sentence, retry_after_s=seconds)
