"""Server-sent events: from what happened to the bytes that browsers get. Each frame is made once, for all readers."""

from time import monotonic
from typing import Any, Final

import msgspec

from keypost import log
from keypost.chat.directory import Chats
from keypost.chat.model import Chat, ChatKind
from keypost.chat.views import ChatEntry, members_text, title_for
from keypost.db.tx import Tx
from keypost.events import service as events
from keypost.events.model import Event, Kind
from keypost.ids import ChatId, OrgId, PersonId
from keypost.live import message_frames
from keypost.live.memory import Memory
from keypost.live.message_frames import Rows, read_rows
from keypost.web.outlet import Piece

logger = log.get(__name__)

RESET: Final = Piece.of(b"event: reset\ndata: {}\n\n")
HEARTBEAT: Final = Piece.of(b": still here\n\n")
RETRY: Final = Piece.of(b"retry: 1000\n\n")

OF_MEMBERS: Final = {Kind.MEMBER_JOINED: "joined", Kind.MEMBER_LEFT: "left"}
COUNTED: Final = frozenset({ChatKind.CHANNEL, ChatKind.GROUP})
"""Chats whose pages say how many take part."""
OF_THREADS: Final = frozenset({Kind.THREAD_CLOSED, Kind.THREAD_REOPENED})


PATIENCE_S: Final = 0.25
"""How long frames of one organisation are made before the next one has its turn."""


class Frame(msgspec.Struct, frozen=True):
    """`chat_id` or `person_id` says who may see it; `content` is empty for what pages do not show.

    `ends_streams`: those of the person end here, and have to come back with a session that is still good.
    """

    number: int
    content: bytes
    chat_id: ChatId | None = None
    person_id: PersonId | None = None
    ends_streams: bool = False


class Happened(msgspec.Struct, frozen=True):
    """What was read of some events: of the log, and of the rows that they are about."""

    events: list[Event]
    rows: Rows


def read_happened(tx: Tx, chats: Chats, org_id: OrgId, after: int) -> Happened:
    """A page of the events after a number."""
    found = events.list_after(tx, org_id, after)
    return Happened(found, read_rows(tx, chats, org_id, found))


def frames_of(happened: Happened, memory: Memory, patience_s: float = PATIENCE_S) -> list[Frame]:
    """The frames of the events, in order. They tell how it is now, not how it was when it happened. Those of the first
    few alone, where they take long to be made.
    """
    frames: list[Frame] = []
    until = monotonic() + patience_s
    for event in happened.events:
        frames += _frames(event, memory, happened.rows)
        if monotonic() >= until:
            break
    return frames


def encode(name: str, content: Any, number: int | None = None) -> bytes:
    """One frame; `content` is JSON on one line, so it cannot end the frame early."""
    prefix = f"id: {number}\n" if number is not None else ""
    return f"{prefix}event: {name}\ndata: ".encode() + msgspec.json.encode(content) + b"\n\n"


def _frames(event: Event, memory: Memory, rows: Rows) -> list[Frame]:
    ends = event.kind is Kind.SESSIONS_ENDED
    place = memory.chats.find(event.org_id, event.chat_id) if event.chat_id is not None else None
    try:
        if event.kind is Kind.CHAT_CREATED and place is not None and place.kind is ChatKind.DIRECT:
            return [_of_direct(event, memory, place, reader_id) for reader_id in sorted(place.person_ids)]
        if ends:
            return [
                Frame(event.number, b"", person_id=event.person_id, ends_streams=True),
                *_of_departed(event, memory),
            ]
        content = _content(event, memory, place, rows)
    except Exception:  # One event that cannot be shown must not hold up those behind it.
        logger.exception("an event cannot be shown", org=event.org_id, number=event.number)
        content = b""
    audience = place.home_id if place is not None else event.chat_id
    return [Frame(event.number, content, audience, event.person_id, ends)]


def _of_direct(event: Event, memory: Memory, place: Chat, reader_id: PersonId) -> Frame:
    """A frame for one reader: a direct chat is called after the others in it."""
    entry = ChatEntry.of(place, title_for(memory.people, reader_id, place))
    return Frame(event.number, encode("chat", entry, event.number), person_id=reader_id)


def _of_departed(event: Event, memory: Memory) -> list[Frame]:
    """Whose sessions ended may have been deactivated: they are counted no more where they take part. These frames have
    no number of their own; to hear one of them twice does nothing.
    """
    departed = memory.people.find(event.org_id, PersonId(event.subject_id))
    if departed is None or departed.is_active:
        return []
    places = (memory.chats.get(event.org_id, chat_id) for chat_id in memory.chats.ids_of(event.org_id, departed.id))
    counts = {place.id: _counted(memory, place) for place in places if place.kind in COUNTED}
    return [Frame(event.number, encode("members", count), chat_id) for chat_id, count in counts.items()]


def _counted(memory: Memory, place: Chat) -> dict[str, str]:
    return {"chat": place.shown_id, "members": members_text(memory.people, place)}


def _content(event: Event, memory: Memory, place: Chat | None, rows: Rows) -> bytes:
    if event.kind in message_frames.KINDS:
        told = message_frames.tell(event, memory, rows)
        return encode(message_frames.KINDS[event.kind], told, event.number) if told is not None else b""
    if place is None:
        return b""
    if event.kind in OF_THREADS:
        state = {"chat": place.shown_id, "state": "closed" if place.closed_at is not None else "open"}
        return encode("thread", state, event.number)
    if event.kind in OF_MEMBERS:
        return encode(OF_MEMBERS[event.kind], _member(event, memory, place), event.number)
    if event.kind in {Kind.CHAT_CREATED, Kind.CHAT_RENAMED}:
        return encode("chat", ChatEntry.of(place, place.title), event.number)
    return b""


def _member(event: Event, memory: Memory, place: Chat) -> dict[str, Any]:
    """Who it was, the chat for those who get it to see, and how many take part in it for the others."""
    person = str(event.person_id) if event.person_id is not None else ""
    return {"chat": ChatEntry.of(place, place.title), "person": person, "members": members_text(memory.people, place)}
