"""The auditor: compares what the clients were told with what is there. Each complaint is a sentence."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest
from typing import Final

import msgspec
from msgspec import Struct
from tests.faults import stored
from tests.faults.ledger import Ledger

from keypost.events.model import Kind
from keypost.ids import MessageId, show_message
from keypost.settings import Settings

SHOWN_MAX: Final = 5
"""Complaints of one kind that are told in full."""
NOT_ENTERED: Final = """
SELECT id FROM messages JOIN orgs ON orgs.org_id = messages.org_id
WHERE id <= timelines_end AND NOT EXISTS (
    SELECT 1 FROM timelines
    WHERE timelines.org_id = messages.org_id AND timelines.chat_id = messages.chat_id AND message_id = id
)
"""
ENTERED_AMISS: Final = """
SELECT message_id FROM timelines JOIN orgs ON orgs.org_id = timelines.org_id
WHERE message_id > timelines_end OR NOT EXISTS (
    SELECT 1 FROM messages
    WHERE messages.org_id = timelines.org_id AND messages.chat_id = timelines.chat_id AND id = message_id
)
"""
"""The crowd says nothing in threads."""


class Row(Struct, frozen=True):
    id: str
    text: str


class Books(Struct, frozen=True):
    """What the database has: messages in the order of their ids; the numbers of the log's events in order; the message
    of each event that tells of a new one; the message of each named delivery; messages that are not entered in the
    timeline of their chat, or in another.
    """

    messages: list[Row]
    numbers: list[int]
    told: list[str]
    delivered: list[str]
    not_entered: list[str]
    entered_amiss: list[str]
    last_number: int


async def read_books(settings: Settings) -> Books:
    """Of a server with one organisation."""
    messages = await stored.rows(settings, "SELECT id, content FROM messages ORDER BY id")
    events = await stored.rows(settings, "SELECT number, kind, subject_id FROM events ORDER BY number")
    deliveries = await stored.rows(settings, "SELECT subject_id FROM deliveries WHERE position = 0")
    ((last_number,),) = await stored.rows(settings, "SELECT last_event FROM orgs")
    return Books(
        messages=[Row(_shown(number), msgspec.json.decode(content)["text"]) for number, content in messages],
        numbers=[number for number, _, _ in events],
        told=[_shown(subject) for _, kind, subject in events if kind == Kind.MESSAGE_POSTED],
        delivered=[_shown(subject) for (subject,) in deliveries],
        not_entered=[_shown(number) for (number,) in await stored.rows(settings, NOT_ENTERED)],
        entered_amiss=[_shown(number) for (number,) in await stored.rows(settings, ENTERED_AMISS)],
        last_number=last_number,
    )


def complaints(ledger: Ledger, books: Books) -> list[str]:
    """Empty if every answered post is there exactly once, and nothing that nobody sent; and the log without a gap."""
    found = [*ledger.surprises]
    for kind in (_lost, _twice, _never_sent, _otherwise, _log, _deliveries, _timelines):
        of_kind = list(kind(ledger, books))
        found += of_kind[:SHOWN_MAX]
        if len(of_kind) > SHOWN_MAX:
            found.append(f"and {len(of_kind) - SHOWN_MAX} more of these")
    return found


def complaints_of_reader(runs: Sequence[Sequence[tuple[int, str]]], books: Books) -> list[str]:
    """`runs` are what a live page was told of new messages: each as the log has it, and each behind the one before."""
    numbers = [number for run in runs for number, _ in run]
    found = [f"event {after} came after {before}" for before, after in pairwise(numbers) if after <= before]
    at = 0
    for heard in filter(None, ([message_id for _, message_id in run] for run in runs)):
        if heard[0] not in books.told[at:]:
            return [*found, f"a page heard of {heard[0]}, which is not in the log there"]
        at = books.told.index(heard[0], at)
        missed = [told for told, mine in zip_longest(books.told[at : at + len(heard)], heard) if told != mine]
        found += [f"a page was not told in its place of {message_id}" for message_id in missed[:1]]
        at += len(heard)
    if runs[0][:1] and runs[0][0][1] != books.told[0]:
        found.append("a page was not told of the first message")
    if at != len(books.told):
        found.append(f"a page was not told of the last {len(books.told) - at} messages")
    return found


def _lost(ledger: Ledger, books: Books) -> Iterator[str]:
    there = {row.text for row in books.messages}
    return (f"answered, and not there: {text}" for text in ledger.answered if text not in there)


def _twice(_ledger: Ledger, books: Books) -> Iterator[str]:
    times = Counter(row.text for row in books.messages)
    return (f"there {count} times: {text}" for text, count in times.items() if count > 1)


def _never_sent(ledger: Ledger, books: Books) -> Iterator[str]:
    return (f"there, and sent by nobody: {row.text}" for row in books.messages if row.text not in ledger.sent)


def _otherwise(ledger: Ledger, books: Books) -> Iterator[str]:
    """A post that was answered with an id has another one, or one that was refused for good is there."""
    ids = {row.text: row.id for row in books.messages}
    for text, message_id in ledger.answered.items():
        if message_id and text in ids and ids[text] != message_id:
            yield f"answered as {message_id}, and there as {ids[text]}: {text}"


def _log(_ledger: Ledger, books: Books) -> Iterator[str]:
    if books.numbers != list(range(1, books.last_number + 1)):
        yield f"the log has {len(books.numbers)} events and ends at {books.last_number}"
    if books.told != [row.id for row in books.messages]:
        yield f"the log tells of {len(books.told)} messages; there are {len(books.messages)}, or in another order"


def _deliveries(ledger: Ledger, books: Books) -> Iterator[str]:
    named = [row.id for row in books.messages if row.text in ledger.named]
    if sorted(named) != sorted(books.delivered):
        yield f"{len(named)} messages came as named deliveries; {len(books.delivered)} deliveries are noted"


def _timelines(_ledger: Ledger, books: Books) -> Iterator[str]:
    yield from (f"never shown in its chat: {message_id}" for message_id in books.not_entered)
    yield from (f"shown twice, or where it was not said: {message_id}" for message_id in books.entered_amiss)


def _shown(number: int) -> str:
    return show_message(MessageId(number))
