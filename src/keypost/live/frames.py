"""Server-sent events: from what happened to the bytes that browsers get. Each frame is made once, for all readers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from keypost import log
from keypost.chat import reaction_views, reactions
from keypost.chat import service as chat
from keypost.chat.directory import Chats
from keypost.chat.model import Chat, ChatKind, Message, Reaction
from keypost.chat.views import ChatEntry, MessageView, members_text, title_for
from keypost.db.tx import Tx
from keypost.events import service as events
from keypost.events.model import Event, Kind
from keypost.ids import ChatId, MessageId, OrgId, PersonId, show_message
from keypost.people.directory import People
from keypost.tokens.attribution import Attribution

logger = log.get(__name__)

RESET: Final = b"event: reset\ndata: {}\n\n"
HEARTBEAT: Final = b": still here\n\n"
RETRY: Final = b"retry: 1000\n\n"

OF_MESSAGES: Final = {Kind.MESSAGE_POSTED: "message", Kind.MESSAGE_EDITED: "edited"}
OF_REACTIONS: Final = {Kind.REACTIONS_CHANGED: "reactions"}
ABOUT_MESSAGES: Final = OF_MESSAGES.keys() | OF_REACTIONS.keys()
OF_MEMBERS: Final = {Kind.MEMBER_JOINED: "joined", Kind.MEMBER_LEFT: "left"}


class Frame(msgspec.Struct, frozen=True):
    """`chat_id` or `person_id` says who may see it; `content` is empty for what pages do not show.

    `ends_streams`: those of the person end here, and have to come back with a session that is still good.
    """

    number: int
    content: bytes
    chat_id: ChatId | None = None
    person_id: PersonId | None = None
    ends_streams: bool = False


class Memory(msgspec.Struct, frozen=True):
    """What frames tell besides the rows that they are about."""

    people: People
    chats: Chats
    attribution: Attribution


class Rows(msgspec.Struct, frozen=True):
    """What happened to: messages, and what belongs to each."""

    messages: Mapping[MessageId, Message]
    reactions: Mapping[MessageId, Sequence[Reaction]]


def read_frames(tx: Tx, memory: Memory, org_id: OrgId, after: int) -> list[Frame]:
    """The frames of the events after a number, in order. They tell how it is now, not how it was when it happened."""
    happened = events.list_after(tx, org_id, after)
    ids = sorted({MessageId(event.subject_id) for event in happened if event.kind in ABOUT_MESSAGES})
    messages = {message.id: message for message in chat.list_by_id(tx, org_id, ids)} if ids else {}
    rows = Rows(messages, reactions.list_of(tx, org_id, ids))
    return [frame for event in happened for frame in _frames(event, memory, rows)]


def encode(name: str, content: Any, number: int | None = None) -> bytes:
    """One frame; `content` is JSON on one line, so it cannot end the frame early."""
    prefix = f"id: {number}\n" if number is not None else ""
    return f"{prefix}event: {name}\ndata: ".encode() + msgspec.json.encode(content) + b"\n\n"


def visible(frames: Sequence[Frame], org_id: OrgId, person_id: PersonId, chats: Chats) -> list[Frame]:
    """Those that the person may see now: of their chats, and about themselves."""
    mine = chats.ids_of(org_id, person_id)
    return [frame for frame in frames if frame.content and (frame.chat_id in mine or frame.person_id == person_id)]


def _frames(event: Event, memory: Memory, rows: Rows) -> list[Frame]:
    ends = event.kind is Kind.SESSIONS_ENDED
    place = memory.chats.find(event.org_id, event.chat_id) if event.chat_id is not None else None
    try:
        if event.kind is Kind.CHAT_CREATED and place is not None and place.kind is ChatKind.DIRECT:
            return [_of_direct(event, memory, place, reader_id) for reader_id in sorted(place.person_ids)]
        content = _content(event, memory, place, rows) if place is not None else b""
    except Exception:  # One event that cannot be shown must not hold up those behind it.
        logger.exception("an event cannot be shown", org=event.org_id, number=event.number)
        content = b""
    return [Frame(event.number, content, event.chat_id, event.person_id, ends)]


def _of_direct(event: Event, memory: Memory, place: Chat, reader_id: PersonId) -> Frame:
    """A frame for one reader: a direct chat is called after the others in it."""
    entry = ChatEntry.of(place, title_for(memory.people, reader_id, place))
    return Frame(event.number, encode("chat", entry, event.number), person_id=reader_id)


def _content(event: Event, memory: Memory, place: Chat, rows: Rows) -> bytes:
    if event.kind in ABOUT_MESSAGES and event.subject_id in rows.messages:
        message = rows.messages[MessageId(event.subject_id)]
        if event.kind in OF_REACTIONS:
            return encode(OF_REACTIONS[event.kind], _reactions(message, place, memory, rows), event.number)
        return encode(OF_MESSAGES[event.kind], _message(message, place, memory, rows), event.number)
    if event.kind in OF_MEMBERS:
        return encode(OF_MEMBERS[event.kind], _member(event, place), event.number)
    if event.kind is Kind.CHAT_CREATED:
        return encode("chat", ChatEntry.of(place, place.title), event.number)
    return b""


def _message(message: Message, place: Chat, memory: Memory, rows: Rows) -> dict[str, str]:
    row = reaction_views.views_of(memory.people, message, rows.reactions.get(message.id, ()))
    view = MessageView.of(message, by_token=memory.attribution.of(message), reactions=row)
    return _part(message, place, view.render())


def _reactions(message: Message, place: Chat, memory: Memory, rows: Rows) -> dict[str, str]:
    html = reaction_views.render(memory.people, message, rows.reactions.get(message.id, ()))
    return _part(message, place, html)


def _part(message: Message, place: Chat, html: str) -> dict[str, str]:
    return {"chat": place.shown_id, "message": show_message(message.id), "html": html}


def _member(event: Event, place: Chat) -> dict[str, Any]:
    """Who it was, the chat for those who get it to see, and how many take part in it for the others."""
    person = str(event.person_id) if event.person_id is not None else ""
    return {"chat": ChatEntry.of(place, place.title), "person": person, "members": members_text(place)}
