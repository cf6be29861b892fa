from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Self

from msgspec import Struct

from keypost.db.tx import Tx
from keypost.files.model import File, Kept
from keypost.ids import BotId, ChatId, MessageId, OrgId, PersonId, TokenId, milliseconds_of, show_chat, show_thread
from keypost_sdk.content import Message as Content


class ChatKind(StrEnum):
    CHANNEL = "channel"
    GROUP = "group"
    DIRECT = "direct"
    BOT = "bot"
    THREAD = "thread"


class PartyKind(StrEnum):
    """Who can send: people and bots are members of chats, an extension speaks where a person called it."""

    PERSON = "person"
    BOT = "bot"
    EXTENSION = "extension"


class Party(Struct, frozen=True):
    kind: PartyKind
    id: int


class Bot(Struct, frozen=True, kw_only=True):
    org_id: OrgId
    id: BotId
    unique_name: str
    name: str
    app_id: int | None = None


class Chat(Struct, frozen=True, kw_only=True):
    """`unique_name` is set for a channel, `bot_id` for a person's chat with a bot, `parent_id` and `root_id` for a
    thread: the chat whose members are its own, and the message on which it was opened. A thread that was found in the
    directory knows its parent's kind too.
    """

    org_id: OrgId
    id: ChatId
    kind: ChatKind
    title: str
    unique_name: str | None = None
    bot_id: BotId | None = None
    parent_id: ChatId | None = None
    parent_kind: ChatKind | None = None
    root_id: MessageId | None = None
    closed_at: int | None = None
    members: frozenset[Party] = frozenset()

    @property
    def shown_id(self) -> str:
        if self.parent_id is not None:
            return show_thread(self.org_id, self.parent_id, self.id)
        return show_chat(self.org_id, self.id, self.bot_id)

    @property
    def home_id(self) -> ChatId:
        """The chat whose members see what happens here: a thread's parent, else the chat itself."""
        return self.parent_id if self.parent_id is not None else self.id

    @property
    def home_kind(self) -> ChatKind:
        """Of the chat whose members see what happens here."""
        return self.parent_kind if self.parent_kind is not None else self.kind

    @property
    def person_ids(self) -> frozenset[PersonId]:
        return frozenset(PersonId(member.id) for member in self.members if member.kind is PartyKind.PERSON)


class Sender(Struct, frozen=True, kw_only=True):
    """`name` is kept as it was when the message was sent."""

    kind: PartyKind
    id: int
    name: str

    @classmethod
    def of_bot(cls, bot: Bot) -> Self:
        return cls(kind=PartyKind.BOT, id=bot.id, name=bot.name)


class Collapse(Struct, frozen=True):
    """A sender's name for a message that its later ones take the place of: of two, the one with the larger order stays,
    whichever comes first.
    """

    key: str
    order: int


class Opening(Struct, frozen=True, kw_only=True):
    """The thread on a message, whether it is there already or not: a new one is called `title`."""

    root_id: MessageId
    title: str = ""


class Ties(Struct, frozen=True, kw_only=True):
    """How a posting hangs together with others: what it answers, the thread that it is said in, and whether that
    thread's chat shows it too. `topic` is what a thread is called that somebody opens on it later.
    """

    reply_to: MessageId | None = None
    opening: Opening | None = None
    in_parent: bool = False
    topic: str | None = None


class Posting(Struct, frozen=True, kw_only=True):
    """A judged, not yet stored message: what the lane commits. `also` becomes true in the same transaction, of the
    message that was stored.

    With `file`, its text is what is said about the file. With `collapse` it takes the place of the earlier message with
    the same chat, sender, token and key.
    """

    org_id: OrgId
    chat_id: ChatId
    sender: Sender
    content: Content
    token_id: TokenId | None = None
    collapse: Collapse | None = None
    ties: Ties = Ties()
    file: Kept | None = None
    also: "Callable[[Tx, Message], None] | None" = None


class Delivery(Struct, frozen=True, kw_only=True):
    """What a sender has a name for, so that it can send it again without harm. `sender` is the token, or the person of
    an API token, within whose deliveries the name means something. `key` and `fingerprint` are digests of the name and
    of what was sent.
    """

    org_id: OrgId
    sender: tuple[str, int]
    key: bytes
    fingerprint: bytes


class Submission(Struct, frozen=True):
    """Postings that are stored together, all of them or none; under the name of a delivery once."""

    postings: Sequence[Posting]
    delivery: Delivery | None = None


class Message(Struct, frozen=True, kw_only=True):
    """`edited_at` is when its content was last changed; None for one that is as it was sent. `thread_id` is a thread of
    its chat in which it was also said. One that was taken back has no content any more.
    """

    org_id: OrgId
    id: MessageId
    chat_id: ChatId
    sender: Sender
    content: Content
    token_id: TokenId | None = None
    collapse: Collapse | None = None
    edited_at: int | None = None
    file: File | None = None
    deleted_at: int | None = None
    reply_to: MessageId | None = None
    thread_id: ChatId | None = None
    topic: str | None = None

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def at(self) -> int:
        return milliseconds_of(self.id)


class Reaction(Struct, frozen=True):
    """An emoji under a message, and who gave it, in that order."""

    emoji: str
    person_ids: tuple[PersonId, ...]
