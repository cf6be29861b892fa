"""Counts what tools do, and refuses what is one too many: each token by its budget, and by the wire's limits each
person, if those are chosen.
"""

import math
from ipaddress import IPv6Address, ip_address
from typing import Final

from keypost.caller import Caller
from keypost.clock import MINUTE_MS, SECOND_MS, Clock
from keypost.errors import Throttled, TooMany
from keypost.ids import ApiTokenId, OrgId, PersonId, TokenId
from keypost.limits import wire
from keypost.limits.bucket import Bucket, Rate, rate_of
from keypost.limits.budgets import Budgets
from keypost.limits.lock import Lock
from keypost.limits.meters import Meters
from keypost.settings import NO_BOUND, Limits, Settings
from keypost.web.family import Family
from keypost.web.limiting import Counted
from keypost.web.routing import Route

NOT_COUNTED: Final = Counted()
POLICY: Final = "token"
WINDOW_S: Final = MINUTE_MS // SECOND_MS
FAILURES: Final = Rate(per_minute=30, burst=30)
"""Wrong credentials of one address."""
IPV6_PREFIX: Final = 64
"""What one customer of a provider has: within it an address is free to choose."""

Tool = tuple[OrgId, TokenId | ApiTokenId]
Habit = tuple[OrgId, PersonId, Family]


class Counting:
    """The server's one place where calls are counted. For one event loop."""

    def __init__(self, settings: Settings, clock: Clock, budgets: Budgets) -> None:
        self._clock = clock
        self._budgets = budgets
        self._is_vendors = settings.limits is Limits.VENDOR
        self._buckets: Meters[Tool, Bucket] = Meters()
        self._locks: Meters[Habit, Lock] = Meters()
        self._failures: Meters[str, Bucket] = Meters()

    def count(self, route: Route, caller: Caller) -> Counted:
        if route.family is None:
            return NOT_COUNTED
        now = self._clock.now_ms()
        wait = self._wait_of_wire(route, route.family, caller, now) if self._is_vendors else 0
        if wait:
            return Counted(refusal=_locked(route, _seconds(wait)))
        return NOT_COUNTED if route.family.is_reading else self._spend(caller, now)

    def require_few_failures(self, address: str) -> None:
        """Only who fails is refused: a right credential gets in from an address whatever others try from there."""
        now = self._clock.now_ms()
        bucket = self._failures.get(network_of(address), now, lambda: Bucket(FAILURES, now))
        wait = bucket.take(FAILURES, now)
        if wait:
            sentence = "Too many requests with a wrong credential came from your address. Look what sends them."
            raise TooMany("too_many_failures", sentence, retry_after_s=_seconds(wait))

    def _wait_of_wire(self, route: Route, family: Family, caller: Caller, now: int) -> int:
        rules = wire.NEWER_RULES if route.is_newer_wire else wire.RULES
        lock = self._locks.get((caller.org_id, caller.person_id, family), now, lambda: Lock(now))
        return lock.take(rules[family], now)

    def _spend(self, caller: Caller, now: int) -> Counted:
        per_minute, tool = self._budgets.of_caller(caller), caller.credential_id
        if per_minute == NO_BOUND or tool is None:
            return NOT_COUNTED
        rate = rate_of(per_minute)
        bucket = self._buckets.get((caller.org_id, tool), now, lambda: Bucket(rate, now))
        wait = bucket.take(rate, now)
        return Counted(_headers(per_minute, bucket), _over_budget(_seconds(wait)) if wait else None)


def _headers(per_minute: int, bucket: Bucket) -> dict[str, str]:
    """As the IETF's draft "RateLimit header fields for HTTP" has them: `q` calls in a window of `w` seconds; of these
    `r` may come now, and after `t` seconds as many as ever at once.
    """
    return {
        "RateLimit-Policy": f'"{POLICY}";q={per_minute};w={WINDOW_S}',
        "RateLimit": f'"{POLICY}";r={bucket.left};t={_seconds(bucket.empty_in_ms)}',
    }


def _over_budget(seconds: int) -> TooMany:
    sentence = f"This token has used up its budget. Try again in {seconds} s."
    return TooMany("rate_limit_exceeded", sentence, retry_after_s=seconds)


def _locked(route: Route, seconds: int) -> TooMany:
    """The two generations of the wire say it in two ways."""
    sentence = f"Too many calls of one kind: {route.family} are locked for you. Try again in {seconds} s."
    if route.is_newer_wire:
        return TooMany("rate_limit_exceeded", sentence, retry_after_s=seconds)
    return Throttled("request_limit_exceeded", sentence, retry_after_s=seconds)


def _seconds(milliseconds: int) -> int:
    return math.ceil(milliseconds / SECOND_MS)


def network_of(address: str) -> str:
    """What counts as one address."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(int(found) >> (found.max_prefixlen - IPV6_PREFIX))
