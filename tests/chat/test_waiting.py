"""Senders take turns in the lane: nobody waits behind the noise of another, or is kept out by it."""

from collections import Counter
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from keypost.chat.model import PartyKind, Posting, Sender, Submission
from keypost.chat.waiting import Waiter, Waiting, sender_of
from keypost.ids import ChatId, OrgId, TokenId
from keypost_sdk.content import Message as Content

NOISY, QUIET = 1, 99
SENDERS = st.integers(1, 6)
ADDED = st.tuples(SENDERS, st.integers(1, 3))
STEPS = st.lists(ADDED | st.integers(1, 8), max_size=60)


@given(steps=STEPS)
def test_each_sender_is_served_in_order_and_nobody_is_lost(steps: list[tuple[int, int] | int]) -> None:
    waiting, added, taken = Waiting(), [], []
    for step in steps:
        if isinstance(step, int):
            taken += waiting.take(step)
        else:
            added.append(waiter(*step))
            waiting.add(added[-1])
        assert len(waiting) == len(added) - len(taken)
    taken += waiting.take_all()

    for sender in range(1, 7):
        assert of(sender, taken) == of(sender, added)
    assert not waiting


@given(
    before=st.lists(SENDERS, max_size=200), steps=st.lists(SENDERS | st.just(None), max_size=60), mine=st.just(QUIET)
)
def test_a_quiet_sender_waits_for_one_of_each_other_at_most(
    before: list[int], steps: list[int | None], mine: int
) -> None:
    waiting = Waiting()
    for sender in before:
        waiting.add(waiter(sender))
    waiting.add(waiter(mine))
    served: Counter[int] = Counter()
    for step in steps:
        if step is not None:
            waiting.add(waiter(step))
        elif served[mine] == 0:
            served.update(senders(waiting.take(1)))
    while not served[mine]:
        served.update(senders(waiting.take(1)))

    assert max(served.values()) == 1


@given(line=st.lists(SENDERS, min_size=1, max_size=60), rows_max=st.integers(1, 40), size=st.integers(1, 50))
def test_a_batch_is_as_large_as_may_be_and_never_larger(line: list[int], rows_max: int, size: int) -> None:
    """Unless a single one is larger: it has to be stored too."""
    waiting = Waiting()
    for sender in line:
        waiting.add(waiter(sender, size))

    rows = sum(len(submission.postings) for submission, _ in waiting.take(rows_max))

    assert rows == max(size, min(len(line) * size, rows_max // size * size))


@given(steps=st.lists(SENDERS | st.just(None), max_size=60))
def test_who_has_the_most_waiting_makes_room_for_who_has_less(steps: list[int | None]) -> None:
    """A sender comes and finds it full, or else one is served."""
    waiting, model = Waiting(), Counter[int]()
    last: dict[int, list[Waiter]] = {}
    for newcomer in steps:
        if newcomer is None:
            model -= Counter(senders(waiting.take(1)))
            continue
        longest = max(model.values(), default=0)
        is_short = waiting.is_short(newcomer)
        assert is_short == (model[newcomer] + 1 < longest)
        if is_short:
            dropped = waiting.drop()
            (loser,) = senders([dropped])
            assert model[loser] == longest
            assert dropped is last[loser].pop()
            model[loser] -= 1
        last.setdefault(newcomer, []).append(waiter(newcomer))
        waiting.add(last[newcomer][-1])
        model[newcomer] += 1

    assert Counter(senders(waiting.take_all())) == model


def test_nobody_keeps_a_newcomer_out_however_many_wait() -> None:
    waiting = Waiting()
    for _ in range(4_096):
        waiting.add(waiter(NOISY))

    assert not waiting.is_short(NOISY)
    assert waiting.is_short(QUIET)


def test_each_token_of_a_person_has_a_line_of_its_own() -> None:
    posting = waiter(NOISY)[0].postings[0]

    assert sender_of(replace(posting, token_id=TokenId(7))) == 7
    assert sender_of(posting) == NOISY


def waiter(sender: int, size: int = 1) -> Waiter:
    said = Sender(kind=PartyKind.PERSON, id=sender, name="")
    posting = Posting(org_id=OrgId(1), chat_id=ChatId(1), sender=said, content=Content())
    return Submission([posting] * size), cast(Any, None)


def senders(waiters: list[Waiter]) -> list[int]:
    return [sender_of(submission.postings[0]) for submission, _ in waiters]


def of(sender: int, waiters: list[Waiter]) -> list[int]:
    return [id(submission) for submission, _ in waiters if sender_of(submission.postings[0]) == sender]
