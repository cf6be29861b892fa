"""How long is known what third-party apps sent to extensions."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from keypost.clock import DAY_MS
from keypost.db.tx import Tx
from keypost.webhooks import store
from keypost.webhooks.model import Outcome

KEPT_MS: Final[Mapping[Outcome, int]] = MappingProxyType(
    {Outcome.HANDLED: 7 * DAY_MS, Outcome.REFUSED: 30 * DAY_MS, Outcome.GIVEN_UP: 30 * DAY_MS}
)
"""From a request's end. What went wrong is looked into later than what went well."""
AT_ONCE: Final = 500
"""Requests of one transaction: the ones that were given up can have 5 MiB each, and others wait to write."""


def forget_old(tx: Tx, now: int) -> int:
    """Some of every organisation's; answers how many went, 0 when none is left. What is old at `now` does not come
    back.
    """
    return sum(store.remove_ended(tx, outcome, now - kept, AT_ONCE) for outcome, kept in KEPT_MS.items())
