"""What frames say of messages, and of what belongs to them: reactions and votes."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from keypost.chat import reaction_views, surroundings, votes
from keypost.chat import service as chat
from keypost.chat.directory import Chats
from keypost.chat.model import Message
from keypost.chat.names import known_in
from keypost.chat.surroundings import Surroundings
from keypost.chat.views import render_votes
from keypost.db.tx import Tx
from keypost.events.model import Event, Kind
from keypost.ids import MessageId, OrgId, PersonId, show_message
from keypost.live.memory import Memory

KINDS: Final = {
    Kind.MESSAGE_POSTED: "message",
    Kind.MESSAGE_EDITED: "edited",
    Kind.MESSAGE_TOUCHED: "edited",
    Kind.MESSAGE_DELETED: "deleted",
    Kind.REACTIONS_CHANGED: "reactions",
    Kind.VOTES_CHANGED: "votes",
    Kind.VOTED: "voted",
}


class Rows(Struct, frozen=True):
    """The messages that something happened to, what is shown with them, and what the persons voted for whom it is
    about.
    """

    messages: Mapping[MessageId, Message]
    surroundings: Surroundings
    choices: Mapping[tuple[MessageId, PersonId], int]


def read_rows(tx: Tx, chats: Chats, org_id: OrgId, happened: Sequence[Event]) -> Rows:
    about = [event for event in happened if event.kind in KINDS]
    ids = sorted({MessageId(event.subject_id) for event in about})
    messages = chat.list_by_id(tx, org_id, ids) if ids else []
    voters = sorted({event.person_id for event in about if event.person_id is not None})
    return Rows(
        {message.id: message for message in messages},
        surroundings.read(tx, chats, org_id, messages),
        votes.choices(tx, org_id, ids, voters),
    )


def tell(event: Event, memory: Memory, rows: Rows) -> Any:
    """The data of the frame; None if there is nothing to show any more. `thread` is where the message was said too. A
    deleted one leaves the page, but for one with a thread on it, which comes as it looks now.
    """
    message = rows.messages.get(MessageId(event.subject_id))
    place = memory.chats.find(message.org_id, message.chat_id) if message is not None else None
    if message is None or place is None:
        return None
    names = known_in(memory.people, memory.chats, place)
    around = rows.surroundings.around[message.id]
    named = {"chat": place.shown_id, "thread": around.said_in, "message": show_message(message.id)}
    if message.is_deleted and around.talk is None and event.kind is not Kind.VOTED:
        return named if event.kind is Kind.MESSAGE_DELETED else None
    match event.kind:
        case Kind.REACTIONS_CHANGED:
            given = rows.surroundings.reactions.get(message.id, ())
            return named | {"html": reaction_views.render(memory.people, message, given)}
        case Kind.VOTES_CHANGED:
            tally = rows.surroundings.tallies.get(message.id)
            return named | {"html": render_votes(message, tally, names)} if tally is not None else None
        case Kind.VOTED:
            return named | {"option": rows.choices.get((message.id, PersonId(event.person_id or 0)))}
        case _:
            by_token = memory.attribution.of(message)
            view = rows.surroundings.view(memory.people, message, by_token=by_token, names=names)
            return named | {"html": view.render()}
