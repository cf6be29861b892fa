"""However many tokens make noise, none of them is starved, and a chat gets no more than it can bear."""

from collections import defaultdict
from contextlib import suppress
from itertools import combinations
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from tests.serving import HeldClock

from keypost.caller import Caller, Means, Scope
from keypost.clock import MINUTE_MS, SECOND_MS
from keypost.errors import TooMany
from keypost.ids import ApiTokenId, ChatId, OrgId, PersonId
from keypost.limits.bucket import Rate, rate_of
from keypost.limits.budgets import Budgets
from keypost.limits.counting import ASSURED, Counting
from keypost.people.directory import People
from keypost.people.model import Organisation
from keypost.settings import Settings
from keypost.tokens.register import Register
from keypost.web.family import Family
from keypost.web.routing import Route, public, wire

ORG = OrgId(1)
TOKENS, PERSONS, CHATS = 6, 2, 2
QUIET = TOKENS
OF_TOKEN, OF_PERSON, IN_CHAT = 60, 48, 36


async def nothing(*_: object) -> None:
    raise AssertionError


ROUTE: Route = wire(("POST",), "/", nothing, public("a law"), Family.CHAT_POST)  # type: ignore[arg-type]


class Try(Struct, frozen=True):
    after_ms: int
    token: int
    chat: int


TRIES = st.lists(
    st.builds(Try, st.integers(0, 2) | st.integers(0, 9_000), st.integers(0, TOKENS - 1), st.integers(0, CHATS - 1)),
    max_size=150,
)


class Limited:
    """Posts by tokens of two persons, one of whom owns most of them."""

    def __init__(self) -> None:
        people = People()
        people.put_org(Organisation(id=ORG, name=""))
        settings = Settings(
            data=Path(),
            posts_per_minute=OF_TOKEN,
            posts_per_minute_of_person=OF_PERSON,
            posts_per_minute_in_chat=IN_CHAT,
        )
        self.clock = HeldClock()
        self._counting = Counting(settings, self.clock, Budgets(settings, people, Register()))

    def post(self, token: int, chat: int) -> int:
        """0, or the seconds after which to try again."""
        caller = Caller(
            org_id=ORG,
            person_id=PersonId(owner_of(token)),
            means=Means.API_TOKEN,
            scopes=frozenset(Scope),
            api_token_id=ApiTokenId(1 + token),
        )
        counted = self._counting.count(ROUTE, caller)
        if counted.refusal is None:
            with suppress(TooMany):
                counted.enter(ORG, ChatId(chat))
        return counted.refusal.retry_after_s if counted.refusal is not None else 0

    def make_noise(self) -> None:
        """Whatever is not assured is used up."""
        for token in range(TOKENS):
            for chat in range(CHATS):
                while not self.post(token, chat):
                    pass


def owner_of(token: int) -> int:
    return 1 + token % PERSONS


@given(tries=TRIES)
def test_nothing_takes_more_than_its_rate_and_what_is_assured_to_each_token(tries: list[Try]) -> None:
    limited = Limited()
    passed: dict[tuple[str, int], list[int]] = defaultdict(list)
    for each in tries:
        limited.clock.move(each.after_ms)
        if not limited.post(each.token, each.chat):
            for name in (("token", each.token), ("person", owner_of(each.token)), ("chat", each.chat)):
                passed[name].append(limited.clock.now)

    tokens = {"token": 0, "person": -(-TOKENS // PERSONS), "chat": TOKENS}
    rates = {"token": rate_of(OF_TOKEN), "person": rate_of(OF_PERSON), "chat": rate_of(IN_CHAT)}
    for (kind, _), times in passed.items():
        for first, last in combinations(range(len(times)), 2):
            elapsed = times[last] - times[first]
            most = may_pass(rates[kind], elapsed) + tokens[kind] * may_pass(ASSURED, elapsed)
            assert last - first + 1 <= most, kind


@given(tries=TRIES)
def test_who_says_little_is_never_refused_whatever_the_others_do(tries: list[Try]) -> None:
    limited, rested = Limited(), 0
    for each in tries:
        limited.clock.move(each.after_ms)
        rested += each.after_ms
        limited.post(each.token, each.chat)
        if rested >= MINUTE_MS / ASSURED.per_minute:
            limited.make_noise()
            assert limited.post(QUIET, each.chat) == 0
            rested = 0


@given(tries=TRIES, token=st.integers(0, QUIET), chat=st.integers(0, CHATS - 1))
def test_who_waits_as_long_as_was_told_is_let_through_whatever_the_others_do(
    tries: list[Try], token: int, chat: int
) -> None:
    limited = Limited()
    for each in tries:
        limited.clock.move(each.after_ms)
        limited.post(each.token, each.chat)
    while not (wait := limited.post(token, chat)):
        pass
    limited.clock.move(wait * SECOND_MS)
    for other in set(range(TOKENS)) - {token}:
        while not limited.post(other, chat):
            pass

    assert limited.post(token, chat) == 0


@given(tries=TRIES, stubborn=st.integers(1, 3))
def test_who_is_refused_takes_nothing_from_anybody(tries: list[Try], stubborn: int) -> None:
    once, again = Limited(), Limited()
    again.clock.now = once.clock.now
    for each in tries:
        for limited in (once, again):
            limited.clock.move(each.after_ms)
        told = once.post(each.token, each.chat)
        assert [again.post(each.token, each.chat) for _ in range(stubborn if told else 1)] == [told] * (
            stubborn if told else 1
        )


def test_whom_a_full_chat_refuses_keeps_what_their_person_may_post_elsewhere() -> None:
    limited, mine = Limited(), [token for token in range(TOKENS) if owner_of(token) == owner_of(0)]
    in_chat, of_person = rate_of(IN_CHAT).burst, rate_of(OF_PERSON).burst
    told = [limited.post(mine[0], 0) for _ in range(in_chat + ASSURED.burst + 5)]

    elsewhere = [limited.post(mine[1], 1) for _ in range(of_person)]

    assert told.count(0) == in_chat + ASSURED.burst
    assert elsewhere.count(0) == of_person - told.count(0) + ASSURED.burst


def may_pass(rate: Rate, elapsed: int) -> float:
    return rate.burst + rate.per_minute * elapsed / MINUTE_MS
