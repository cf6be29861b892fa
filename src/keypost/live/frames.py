"""Server-sent events: from what happened to the bytes that browsers get. Each frame is made once, for all readers."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from keypost import log
from keypost.chat import service as chat
from keypost.chat.directory import Chats
from keypost.chat.model import Message
from keypost.chat.views import MessageView
from keypost.db.tx import Tx
from keypost.events import service as events
from keypost.events.model import Event, Kind
from keypost.ids import ChatId, MessageId, OrgId, PersonId, show_message
from keypost.tokens.attribution import Attribution

logger = log.get(__name__)

RESET: Final = b"event: reset\ndata: {}\n\n"
HEARTBEAT: Final = b": still here\n\n"
RETRY: Final = b"retry: 1000\n\n"


class Frame(msgspec.Struct, frozen=True):
    """`chat_id` or `person_id` says who may see it; `content` is empty for what pages do not show.

    `ends_streams`: those of the person end here, and have to come back with a session that is still good.
    """

    number: int
    content: bytes
    chat_id: ChatId | None = None
    person_id: PersonId | None = None
    ends_streams: bool = False


def read_frames(tx: Tx, chats: Chats, attribution: Attribution, org_id: OrgId, after: int) -> list[Frame]:
    """The frames of the events after a number, in order."""
    happened = events.list_after(tx, org_id, after)
    ids = [MessageId(event.subject_id) for event in happened if event.kind is Kind.MESSAGE_POSTED]
    messages = _readable(tx, org_id, ids) if ids else {}
    return [_frame(event, chats, attribution, messages) for event in happened]


def encode(name: str, content: Any, number: int | None = None) -> bytes:
    """One frame; `content` is JSON on one line, so it cannot end the frame early."""
    prefix = f"id: {number}\n" if number is not None else ""
    return f"{prefix}event: {name}\ndata: ".encode() + msgspec.json.encode(content) + b"\n\n"


def _readable(tx: Tx, org_id: OrgId, ids: Sequence[MessageId]) -> dict[MessageId, Message]:
    """All at once; where one of them cannot be read, in halves, until that one stands alone."""
    try:
        return {message.id: message for message in chat.list_by_id(tx, org_id, ids)}
    except (msgspec.DecodeError, ValueError):
        if len(ids) == 1:
            logger.exception("a message cannot be read", org=org_id, message=ids[0])
            return {}
    half = len(ids) // 2
    return _readable(tx, org_id, ids[:half]) | _readable(tx, org_id, ids[half:])


def _frame(event: Event, chats: Chats, attribution: Attribution, messages: dict[MessageId, Message]) -> Frame:
    try:
        content = _content(event, chats, attribution, messages)
    except Exception:  # One event that cannot be shown must not hold up those behind it.
        logger.exception("an event cannot be shown", org=event.org_id, number=event.number)
        content = b""
    ends = event.kind is Kind.SESSIONS_ENDED
    return Frame(event.number, content, event.chat_id, event.person_id, ends)


def _content(event: Event, chats: Chats, attribution: Attribution, messages: dict[MessageId, Message]) -> bytes:
    place = chats.find(event.org_id, event.chat_id) if event.chat_id is not None else None
    if place is None:
        return b""
    if event.kind is Kind.MESSAGE_POSTED and event.subject_id in messages:
        message = messages[MessageId(event.subject_id)]
        view = MessageView.of(message, by_token=attribution.of(message))
        content = {"chat": place.shown_id, "message": show_message(message.id), "html": view.render()}
        return encode("message", content, event.number)
    if event.kind is Kind.CHAT_CREATED:
        content = {
            "id": place.shown_id,
            "title": place.title,
            "kind": place.kind.value,
            "href": f"/chats/{place.shown_id}",
        }
        return encode("chat", content, event.number)
    return b""


def visible(frames: Sequence[Frame], org_id: OrgId, person_id: PersonId, chats: Chats) -> list[Frame]:
    """Those that the person may see now: of their chats, and about themselves."""
    mine = chats.ids_of(org_id, person_id)
    return [frame for frame in frames if frame.content and (frame.chat_id in mine or frame.person_id == person_id)]
