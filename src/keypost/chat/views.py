"""What the pages show of chats and messages."""

from typing import Final

from msgspec import Struct

from keypost.chat.around import Around, Quote, Talk
from keypost.chat.file_views import FileView
from keypost.chat.message_out import sender_id
from keypost.chat.model import Chat, ChatKind, Message
from keypost.chat.reaction_views import ReactionView
from keypost.chat.votes import Tally
from keypost.clock import iso, utc
from keypost.ids import PersonId, show_message
from keypost.messages import html
from keypost.messages.names import Names
from keypost.messages.wording import how_many
from keypost.people.directory import People
from keypost.web.pages import fragment

UNTITLED: Final = "Thread"
"""What a thread without a title is called."""


class ChatEntry(Struct, frozen=True):
    """A chat in one reader's list of chats. `unique_name` is empty for all but channels."""

    id: str
    title: str
    kind: str
    href: str
    unique_name: str

    @classmethod
    def of(cls, chat: Chat, title: str) -> "ChatEntry":
        return cls(chat.shown_id, title, chat.kind.value, f"/chats/{chat.shown_id}", chat.unique_name or "")


class TalkView(Struct, frozen=True):
    """The line under a message that leads to its thread."""

    chat: str
    href: str
    title: str
    text: str
    last_iso: str
    last_text: str
    is_closed: bool

    @classmethod
    def of(cls, talk: Talk) -> "TalkView":
        return cls(
            chat=talk.chat_id,
            href=f"/chats/{talk.chat_id}",
            title=talk.title,
            text=_replies(talk.count),
            last_iso=iso(talk.last_at) if talk.last_at is not None else "",
            last_text=_clock(talk.last_at) if talk.last_at is not None else "",
            is_closed=talk.is_closed,
        )


class MessageView(Struct):
    """What `chat/message.html` shows. `display_name` is what the sender chose to be called: never an identity. The
    times of an edit are empty for what is as it was sent.
    """

    id: str
    sender_name: str
    sender_kind: str
    sender_id: str
    display_name: str
    via: str
    initials: str
    time_iso: str
    time_text: str
    edited_iso: str
    edited_text: str
    html: str
    reactions: tuple[ReactionView, ...]
    file: FileView | None
    is_deleted: bool
    quote: Quote | None
    talk: TalkView | None
    said_in: str

    @classmethod
    def of(
        cls,
        message: Message,
        around: Around,
        *,
        by_token: str,
        names: Names,
        reactions: tuple[ReactionView, ...] = (),
        votes: Tally | None = None,
    ) -> "MessageView":
        """`by_token` says which extension's token a person's message came with; empty if it was typed. `names` say
        whom its mentions mean. A poll comes with its `votes`.
        """
        shown, sender = show_message(message.id), message.sender
        return cls(
            id=shown,
            sender_name=sender.name,
            sender_kind=sender.kind.value,
            sender_id=sender_id(sender),
            display_name=message.content.bot.name if message.content.bot else "",
            via=by_token,
            initials=initials_of(sender.name),
            time_iso=iso(message.at),
            time_text=_clock(message.at),
            edited_iso=iso(message.edited_at) if message.edited_at is not None else "",
            edited_text=_clock(message.edited_at) if message.edited_at is not None else "",
            html=html.render(message.content, anchor=f"m-{shown}", names=names, votes=votes),
            reactions=reactions,
            file=FileView.of(message.file) if message.file is not None else None,
            is_deleted=message.is_deleted,
            quote=around.quote if not message.is_deleted else None,
            talk=TalkView.of(around.talk) if around.talk is not None else None,
            said_in=f"/chats/{around.said_in}" if around.said_in else "",
        )

    def render(self) -> str:
        return fragment("chat/message.html", view=self)


def render_votes(message: Message, votes: Tally, names: Names) -> str:
    """The options of a poll, alone."""
    return html.render_poll(message.content, anchor=f"m-{show_message(message.id)}", names=names, votes=votes)


def chat_name(chat: Chat) -> str:
    return f"#{chat.unique_name}" if chat.unique_name else chat.title or UNTITLED


def title_for(people: People, reader_id: PersonId, chat: Chat) -> str:
    """A direct chat is called after the others in it, and one that nobody else is in after oneself."""
    if chat.kind is not ChatKind.DIRECT:
        return chat.title or UNTITLED
    others = [people.get(chat.org_id, person_id).name for person_id in chat.person_ids - {reader_id}]
    return ", ".join(sorted(others)) or f"{people.get(chat.org_id, reader_id).name} (you)"


def members_text(people: People, chat: Chat) -> str:
    """How many take part. Who was deactivated does not, until they are let in again."""
    active = sum(people.find_active(chat.org_id, person_id) is not None for person_id in chat.person_ids)
    return how_many(active, len(chat.members) - len(chat.person_ids))


def initials_of(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2]).upper()


def _replies(count: int) -> str:
    if count == 0:
        return "No replies"
    return f"{count} reply" if count == 1 else f"{count} replies"


def _clock(moment_ms: int) -> str:
    return utc(moment_ms).strftime("%H:%M")
