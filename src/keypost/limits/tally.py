"""One counted call: the buckets that it filled, and what its answer says of them."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from keypost.clock import MINUTE_MS, SECOND_MS
from keypost.errors import TooMany
from keypost.ids import ApiTokenId, ChatId, OrgId, TokenId
from keypost.limits.bucket import Bucket
from keypost.limits.budgets import Rates
from keypost.limits.lock import Lock
from keypost.web.limiting import Fields

TOKEN: Final = "token"
PERSON: Final = "person"
CHAT: Final = "chat"
WINDOW_S: Final = MINUTE_MS // SECOND_MS

POLICY_FIELD: Final = b"ratelimit-policy"
LIMIT_FIELD: Final = b"ratelimit"

Tool = tuple[OrgId, TokenId | ApiTokenId]
Enter = Callable[["Tally", OrgId, ChatId], None]


class Tally:
    """`token`, `person` and `chat` are the buckets that were asked, `filled` what it fills. With `is_assured` it
    goes through although one that it shares is full.

    There is one for each post: what it says is put together when an answer asks for it.
    """

    __slots__ = ("_enter", "chat", "filled", "is_assured", "person", "rates", "refusal", "token", "tool")

    def __init__(self, tool: Tool, rates: Rates, token: Bucket, enter: Enter) -> None:
        self.tool = tool
        self.rates = rates
        self.token = token
        self.person: Bucket | None = None
        self.chat: Bucket | None = None
        self.filled: list[Bucket | Lock] = []
        self.is_assured = False
        self.refusal: TooMany | None = None
        self._enter = enter

    def enter(self, org_id: OrgId, chat_id: ChatId) -> None:
        self._enter(self, org_id, chat_id)
        if self.refusal is not None:
            raise self.refusal

    def refuse(self, sentence: str, wait: int) -> None:
        """Who is refused has taken nothing."""
        self.give_back()
        seconds = seconds_of(wait)
        self.refusal = TooMany("rate_limit_exceeded", f"{sentence} Try again in {seconds} s.", retry_after_s=seconds)

    def give_back(self) -> None:
        for each in self.filled:
            each.give_back()
        self.filled.clear()

    def fields(self) -> Fields:
        """As the IETF's draft "RateLimit header fields for HTTP" has them: for each policy, `q` calls in a window of
        `w` seconds; of the tightest, `r` may come now, and after `t` seconds as many as ever at once.
        """
        name, bucket, left = TOKEN, self.token, self.token.left
        if self.person is not None and (here := self.person.left) < left:
            name, bucket, left = PERSON, self.person, here
        if self.chat is not None and (here := self.chat.left) < left:
            name, bucket, left = CHAT, self.chat, here
        limit = f'"{name}";r={left};t={seconds_of(bucket.empty_in_ms)}'
        return [(POLICY_FIELD, _policies(self.rates, self.chat is not None)), (LIMIT_FIELD, limit.encode())]


@lru_cache
def _policies(rates: Rates, is_in_chat: bool) -> bytes:
    named = {TOKEN: rates.of_token, PERSON: rates.of_person, CHAT: rates.in_chat if is_in_chat else None}
    known = [(name, rate.per_minute) for name, rate in named.items() if rate is not None]
    return ", ".join(f'"{name}";q={per_minute};w={WINDOW_S}' for name, per_minute in known).encode()


def seconds_of(milliseconds: int) -> int:
    """Rounded up."""
    return -(-milliseconds // SECOND_MS)
