"""May this message be stored there, as that sender? Pure: decided on memory, before any transaction."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from msgspec import Struct

from keypost.caller import Caller, Scope
from keypost.chat.directory import Chats, is_member
from keypost.chat.model import Bot, Chat, ChatKind, Collapse, Message, Party, PartyKind, Posting, Sender, Ties
from keypost.db.tx import Tx
from keypost.errors import Forbidden, NotFound
from keypost.ids import OrgId, PersonId, TeamId, TokenId, read_channel, read_chat, read_number
from keypost.messages.mentions import calls_of
from keypost.messages.tree import Mention, MentionOfAll
from keypost.messages.wording import quoted
from keypost.people.administration import scopes_in_effect
from keypost.people.directory import People
from keypost_sdk.content import Message as Content


class ChannelNamed(Struct, frozen=True):
    """A channel by its unique name."""

    unique_name: str


class ChannelShown(Struct, frozen=True):
    """A channel by the id that the wire shows (`O…`)."""

    shown_id: str


class ChatShown(Struct, frozen=True):
    """A chat by the id that the wire shows (`CT_…`, or the plain number)."""

    shown_id: str


Place = ChannelNamed | ChannelShown | ChatShown


def judge(
    people: People,
    chats: Chats,
    caller: Caller,
    place: Place,
    content: Content,
    *,
    bot_name: str | None = None,
    ties: Ties | None = None,
) -> Posting:
    """A posting by the caller's person, or by the bot `bot_name` where it takes part; else a refusal."""
    return speaker_in(people, chats, caller, place, bot_name=bot_name).say(people, content, ties=ties)


def speaker_in(people: People, chats: Chats, caller: Caller, place: Place, *, bot_name: str | None = None) -> "Speaker":
    """Whoever speaks there for the caller: all of the judgement that does not depend on what is said."""
    caller.require(Scope.POST)
    chat = find_place(chats, caller, place)
    person = people.get(caller.org_id, caller.person_id)
    sender = Sender(kind=PartyKind.PERSON, id=person.id, name=person.name)
    if bot_name is not None:
        sender = _bot_in(chats, caller, chat, bot_name)
    return Speaker(chat, sender, voice_of(people, caller), caller.token_id)


class Voice(Struct, frozen=True):
    """Whom somebody may call with what they say."""

    may_mention_all: bool

    @classmethod
    def with_scopes(cls, scopes: Collection[Scope]) -> "Voice":
        return cls(Scope.MENTION_ALL in scopes)


class Speaker(Struct, frozen=True):
    """Somebody who may speak in a chat."""

    chat: Chat
    sender: Sender
    voice: Voice
    token_id: TokenId | None

    def say(self, people: People, content: Content, *, ties: Ties | None = None) -> Posting:
        return judge_posting(people, self.chat, self.sender, content, self.voice, token_id=self.token_id, ties=ties)

    def say_to_nobody(self, content: Content) -> Posting:
        """For what calls nobody by name, and hangs together with nothing: there is no more to judge."""
        return _posting(self.chat, self.sender, content, token_id=self.token_id)


def voice_of(people: People, caller: Caller) -> Voice:
    return Voice.with_scopes(scopes_in_effect(people, caller))


def judge_posting(
    people: People,
    chat: Chat,
    sender: Sender,
    content: Content,
    voice: Voice,
    *,
    token_id: TokenId | None = None,
    collapse: Collapse | None = None,
    also: Callable[[Tx, Message], None] | None = None,
    ties: Ties | None = None,
) -> Posting:
    """Who may speak in the chat is known, whom the content may call is judged here."""
    judge_mentions(people, chat.org_id, chat.home_kind, content, voice)
    return _posting(chat, sender, content, token_id=token_id, collapse=collapse, also=also, ties=ties or Ties())


def _posting(chat: Chat, sender: Sender, content: Content, **rest: Any) -> Posting:
    """The only maker of postings."""
    return Posting(org_id=chat.org_id, chat_id=chat.id, sender=sender, content=content, **rest)


def judge_mentions(people: People, org_id: OrgId, kind: ChatKind, content: Content, voice: Voice) -> None:
    """For all that puts content into a chat of this kind or into a thread of it, so for edits too. One mention that may
    not be refuses the whole.
    """
    for mention in calls_of(content):
        if isinstance(mention, MentionOfAll):
            if not voice.may_mention_all:
                sentence = f"{mention.written} calls everybody in the chat, and whoever sent this may not do that."
                raise Forbidden("mention_not_allowed", sentence)
        elif kind is not ChatKind.CHANNEL and _is_team(people, org_id, mention):
            sentence = f"{mention.written} calls a team, which can be called in channels alone."
            raise Forbidden("team_mention_not_allowed", sentence)


def judge_ahead(people: People, caller: Caller, kind: ChatKind, contents: Iterable[Content]) -> None:
    """Of a chat that is made only for what is said in it, so that a refusal makes none."""
    voice = voice_of(people, caller)
    for content in contents:
        judge_mentions(people, caller.org_id, kind, content, voice)


def _is_team(people: People, org_id: OrgId, mention: Mention) -> bool:
    """A number is a person's before it is a team's."""
    number = read_number(mention.name)
    if number is None or people.find(org_id, PersonId(number)) is not None:
        return False
    return people.find_team_name(org_id, TeamId(number)) is not None


def find_place(chats: Chats, caller: Caller, place: Place) -> Chat:
    """The chat, if it exists and the caller's person takes part in it."""
    match place:
        case ChannelNamed(unique_name):
            return _channel(chats.find_channel(caller.org_id, unique_name), caller, unique_name)
        case ChannelShown(shown_id):
            return _channel_shown(chats, caller, shown_id)
        case ChatShown(shown_id):
            return _chat(chats, caller, shown_id)


def _channel_shown(chats: Chats, caller: Caller, shown_id: str) -> Chat:
    chat_id = read_channel(shown_id)
    if chat_id is None:
        raise NotFound(
            "channel_not_found",
            f"There is no channel {quoted(shown_id)} here: this address takes an id, O…. "
            "A unique name goes to /channelsbyname/{name}.",
        )
    return _channel(chats.find(caller.org_id, chat_id), caller, shown_id)


def _channel(chat: Chat | None, caller: Caller, asked_for: str) -> Chat:
    if chat is None or chat.unique_name is None:
        otherwise = " A name is written without #." if asked_for.startswith("#") else ""
        raise NotFound("channel_not_found", f"There is no channel {quoted(asked_for)}.{otherwise}")
    if not is_member(chat, caller.person_id):
        raise Forbidden("channel_access_denied", f"You do not take part in #{chat.unique_name}.")
    return chat


def _chat(chats: Chats, caller: Caller, shown_id: str) -> Chat:
    chat_id = read_chat(shown_id)
    return require_member(chats.find(caller.org_id, chat_id) if chat_id is not None else None, caller.person_id)


def require_open(chat: Chat) -> Chat:
    """What is asked for here would be answered here: in a closed thread it could not be said."""
    if chat.closed_at is not None:
        raise Forbidden("thread_closed", "This thread was closed: it takes no new message.")
    return chat


def require_member(chat: Chat | None, person_id: PersonId) -> Chat:
    """One answer for "does not exist" and "you are not in it": ids of other people's chats cannot be probed."""
    if chat is None or not is_member(chat, person_id):
        raise NotFound("chat_not_found", "There is no such chat, or you do not take part in it.")
    return chat


def its_extension_alone(bot: Bot) -> Forbidden:
    return Forbidden(
        "bot_message_forbidden", f"The bot {bot.unique_name} belongs to an extension, which alone uses it."
    )


def _bot_in(chats: Chats, caller: Caller, chat: Chat, bot_name: str) -> Sender:
    bot = chats.find_bot_named(chat.org_id, bot_name)
    if bot is None:
        raise NotFound("bot_not_found", f"There is no bot {quoted(bot_name)}.")
    if bot.app_id is not None and bot.app_id != caller.app_id:
        raise its_extension_alone(bot)
    if Party(PartyKind.BOT, bot.id) not in chat.members:
        raise Forbidden("bot_not_channel_member", f"The bot {bot.unique_name} does not take part in this chat.")
    return Sender.of_bot(bot)
