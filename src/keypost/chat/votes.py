"""Votes: each person of a chat has one in a poll, may change it, and take it back.

How many voted for what, everybody sees; who did, nobody is told but the voters themselves.
"""

from collections.abc import Iterable, Sequence

from keypost.caller import Caller, Scope
from keypost.chat import message_store, telling, vote_store
from keypost.chat.model import Chat, Message
from keypost.db.tx import Tx
from keypost.errors import NotFound
from keypost.events import service as events
from keypost.events.model import Event, Kind
from keypost.ids import MessageId, OrgId, PersonId
from keypost_sdk.content import Message as Content
from keypost_sdk.content import PollOption

Tally = tuple[int, ...]
"""How many voted for each option of a poll."""


def vote(tx: Tx, caller: Caller, chat: Chat, message_id: MessageId | None, option: int | None) -> None:
    """The option is one of the stored poll's; None takes the vote back. Twice is a success."""
    caller.require(Scope.POST)
    message = message_store.get_message(tx, chat.org_id, chat.id, message_id)
    if option is not None and not 0 <= option < len(options_of(message.content)):
        raise NotFound("poll_option_not_found", "The poll has no such option; perhaps it was edited meanwhile.")
    before = vote_store.find_choice(tx, message, caller.person_id)
    if option == before:
        return
    if option is None:
        vote_store.remove(tx, message, caller.person_id)
    elif before is None:
        vote_store.add(tx, message, caller.person_id, option)
    else:
        vote_store.change(tx, message, caller.person_id, option)
    telling.of_message(tx, Kind.VOTES_CHANGED, message)
    _tell_voter(tx, message, caller.person_id)


def drop_stale(tx: Tx, before: Message, content: Content) -> None:
    """After an edit: nobody voted for an option that says something else now."""
    if options_of(before.content) not in ((), options_of(content)):
        drop(tx, before)


def drop(tx: Tx, message: Message) -> None:
    """Without a word to the chat: whoever drops them tells what became of the message."""
    for person_id in vote_store.list_voters(tx, message):
        _tell_voter(tx, message, person_id)
    vote_store.remove_all(tx, message)


def tallies(tx: Tx, org_id: OrgId, messages: Iterable[Message]) -> dict[MessageId, Tally]:
    """Of those messages that are polls."""
    polls = [message for message in messages if options_of(message.content)]
    counts = vote_store.count_votes(tx, org_id, [message.id for message in polls])
    return {
        message.id: tuple(counts.get((message.id, number), 0) for number in range(len(options_of(message.content))))
        for message in polls
    }


def choices(
    tx: Tx, org_id: OrgId, message_ids: Sequence[MessageId], person_ids: Sequence[PersonId]
) -> dict[tuple[MessageId, PersonId], int]:
    """What these persons voted for: each may be told of their own alone."""
    return vote_store.list_choices(tx, org_id, message_ids, person_ids)


def options_of(content: Content) -> tuple[PollOption, ...]:
    return content.card.options if content.card is not None else ()


def _tell_voter(tx: Tx, message: Message, person_id: PersonId) -> None:
    """Nobody else hears of it."""
    events.emit(tx, Event(org_id=message.org_id, kind=Kind.VOTED, subject_id=message.id, person_id=person_id))
