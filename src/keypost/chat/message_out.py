"""A message as programs read it back: the wire's JSON."""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from keypost.chat.around import Around, Talk
from keypost.chat.file_views import FileOut
from keypost.chat.model import Message, PartyKind, Sender
from keypost.chat.votes import Tally
from keypost.ids import MessageId, show_message
from keypost.messages.judging import readable
from keypost_sdk.content import Message as Content


class SenderOut(Struct):
    name: str
    id: str


class ContentOut(Content, frozen=True):
    """What was sent, or what it became. A message that brings a file has it in `file`, and what is said about it in
    `comment` and in `text`.
    """

    file: FileOut | None = None
    comment: str = ""

    @classmethod
    def of(cls, message: Message) -> "ContentOut":
        content = readable(message.content)
        shown = cls(**{name: getattr(content, name) for name in Content.__struct_fields__})
        if message.file is None:
            return shown
        return replace(shown, file=FileOut.of(message.file), comment=content.text)


class ThreadOut(Struct, omit_defaults=True):
    """The thread on a message. `count` is how many messages it has, `last_time` when the newest was sent."""

    chat_id: str
    count: int
    thread_state: str
    title: str = ""
    last_time: int | None = None

    @classmethod
    def of(cls, talk: Talk) -> "ThreadOut":
        return cls(talk.chat_id, talk.count, "closed" if talk.is_closed else "open", talk.title, talk.last_at)


class MessageOut(Struct, omit_defaults=True):
    """The wire's form (reading back): `type` is `card` for a rich message, `file` for one that brings a file. Ours are
    `edited_time`, where it was edited, in milliseconds like `time`; `votes`, of a poll, for each option; `reply_to`,
    the message that it answers; `thread`, the one on it; `thread_chat_id`, the thread in which it was said too.
    """

    sender: SenderOut
    id: str
    time: int
    type: str
    content: ContentOut
    edited_time: int | None = None
    votes: Tally | None = None
    reply_to: str | None = None
    thread: ThreadOut | None = None
    thread_chat_id: str = ""

    @classmethod
    def of(cls, message: Message, around: Around, votes: Tally | None = None) -> "MessageOut":
        return cls(
            sender=SenderOut(message.sender.name, sender_id(message.sender)),
            id=show_message(message.id),
            time=message.at,
            type=_type_of(message),
            content=ContentOut.of(message),
            edited_time=message.edited_at,
            votes=votes,
            reply_to=show_message(message.reply_to) if message.reply_to is not None else None,
            thread=ThreadOut.of(around.talk) if around.talk is not None else None,
            thread_chat_id=around.said_in,
        )


class MessagesOut(Struct):
    data: list[MessageOut]

    @classmethod
    def of(
        cls, messages: Sequence[Message], around: Mapping[MessageId, Around], votes: Mapping[MessageId, Tally]
    ) -> "MessagesOut":
        return cls([MessageOut.of(message, around[message.id], votes.get(message.id)) for message in messages])


class OneOut(Struct):
    data: MessageOut


def sender_id(sender: Sender) -> str:
    return f"b-{sender.id}" if sender.kind is PartyKind.BOT else str(sender.id)


def _type_of(message: Message) -> str:
    """As the wire calls it."""
    if message.file is not None:
        return "file"
    return "card" if _is_rich(message.content) else "text"


def _is_rich(content: Content) -> bool:
    return bool(content.card or content.slides or content.buttons or content.references)
