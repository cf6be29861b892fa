"""The wire's numbers: calls a minute of one person, for each family, and how long passing them locks that family."""

from collections.abc import Mapping
from typing import Final

from keypost.clock import MINUTE_MS
from keypost.limits.lock import LockRule
from keypost.web.family import Family


def _rule(calls: int, *, lock_min: int) -> LockRule:
    return LockRule(calls, lock_min * MINUTE_MS)


POSTS: Final = _rule(50, lock_min=10)
RULES: Final[Mapping[Family, LockRule]] = {
    Family.CHANNEL_POST: POSTS,
    Family.CHAT_POST: POSTS,
    Family.PERSON_POST: POSTS,
    Family.BOT_POST: POSTS,
    Family.BOT_INCOMING: POSTS,
    Family.APP_INCOMING: POSTS,
    Family.EDIT: POSTS,
    Family.THREAD_STATE: POSTS,
    Family.FILE_POST: _rule(20, lock_min=10),
    Family.FILE_READ: _rule(20, lock_min=10),
    Family.DELETE: _rule(20, lock_min=5),
    Family.REACTION: _rule(20, lock_min=5),
    Family.ASSOCIATE: _rule(5, lock_min=5),
    Family.MESSAGES_READ: _rule(15, lock_min=5),
    Family.MESSAGE_READ: _rule(30, lock_min=5),
    Family.SUBSCRIBERS_READ: _rule(100, lock_min=10),
}
NEWER_RULES: Final[Mapping[Family, LockRule]] = {**RULES, Family.SUBSCRIBERS_READ: _rule(100, lock_min=5)}
"""Those of v3, where they differ."""
