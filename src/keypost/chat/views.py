"""How a message looks to a reader: as the wire's JSON, and as what a page's template needs."""

from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from keypost.chat.model import Chat, Message, PartyKind, Sender
from keypost.clock import SECOND_MS
from keypost.ids import show_message
from keypost.messages import html
from keypost.messages.judging import readable
from keypost.web.pages import fragment
from keypost_sdk.content import Message as Content


class SenderOut(Struct):
    name: str
    id: str


class MessageOut(Struct):
    """The wire's form (reading back): `type` is `card` for a rich message, `content` what was sent."""

    sender: SenderOut
    id: str
    time: int
    type: str
    content: Content

    @classmethod
    def of(cls, message: Message) -> "MessageOut":
        content = readable(message.content)
        return cls(
            sender=SenderOut(message.sender.name, sender_id(message.sender)),
            id=show_message(message.id),
            time=message.at,
            type="card" if is_rich(content) else "text",
            content=content,
        )


class MessageView(Struct):
    """What `chat/message.html` shows. `display_name` is what the sender chose to be called: never an identity."""

    id: str
    sender_name: str
    sender_kind: str
    display_name: str
    via: str
    initials: str
    time_iso: str
    time_text: str
    html: str

    @classmethod
    def of(cls, message: Message, *, by_token: str) -> "MessageView":
        """`by_token` says which extension's token a person's message came with; empty if it was typed."""
        shown, sender = show_message(message.id), message.sender
        moment = datetime.fromtimestamp(message.at / SECOND_MS, UTC)
        return cls(
            id=shown,
            sender_name=sender.name,
            sender_kind=sender.kind.value,
            display_name=message.content.bot.name if message.content.bot else "",
            via=by_token,
            initials="".join(word[0] for word in sender.name.split()[:2]).upper(),
            time_iso=moment.isoformat(timespec="milliseconds"),
            time_text=moment.strftime("%H:%M"),
            html=html.render(message.content, anchor=f"m-{shown}"),
        )

    def render(self) -> str:
        return fragment("chat/message.html", view=self)


def chat_name(chat: Chat) -> str:
    return f"#{chat.unique_name}" if chat.unique_name else chat.title


def is_rich(content: Content) -> bool:
    return bool(content.card or content.slides or content.buttons)


def sender_id(sender: Sender) -> str:
    return f"b-{sender.id}" if sender.kind is PartyKind.BOT else str(sender.id)


def wire_data(messages: list[Message]) -> dict[str, Any]:
    return {"data": [MessageOut.of(message) for message in messages]}
