"""A tool lets a bot write to people: to each of them in their own chat with it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Final

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.chat import service as chat
from keypost.chat.directory import Chats
from keypost.chat.judging import (
    ChannelNamed,
    ChatShown,
    Place,
    find_place,
    judge,
    judge_ahead,
    judge_posting,
    voice_of,
)
from keypost.chat.model import Bot, Chat, ChatKind, Message, Posting, Sender, Submission, Ties
from keypost.chat.wishes import ties_of
from keypost.db.database import Database
from keypost.db.tx import Tx
from keypost.errors import Invalid
from keypost.extensions.directory import Apps
from keypost.ids import show_message
from keypost.messages.judging import MESSAGE_ID_MAX, Draft, judge_for_bot, judge_post
from keypost.messages.spellings import decode_content
from keypost.people.directory import People
from keypost.people.model import Person
from keypost.settings import Settings
from keypost.web.body import read_body
from keypost.web.limiting import count_place
from keypost.web.parts import part
from keypost.web.ready import Ready
from keypost.web.replies import no_content, ok
from keypost.webhooks import bot_use
from keypost.webhooks.deliveries import Deliveries
from keypost.webhooks.naming import Naming, delivery_of, naming_of
from keypost.webhooks.places import count_place_of, place_of
from keypost.webhooks.readers import NAMED_MAX, Wish, choose, read_names
from keypost.webhooks.rules import Rules, rules_of
from keypost_sdk.content import Message as Content

NAMES_MAX: Final = NAMED_MAX * 256
TOPIC_MAX: Final = 255
PEOPLE_MAX: Final = 100
"""Of an organisation whose bots write to everybody on the fast lane."""
CHANNEL_PARAM: Final = "CHANNEL_UNIQUE_NAME"
"""The parameter that sends a bot's message to a channel instead, in the wire's spelling."""


class BotDraft(Draft, frozen=True):
    """`user_ids` (or `userids`) are ids or e-mail addresses with commas between; one that is there and names nobody
    reaches nobody. `broadcast` is for everybody whom the bot serves. With neither, everybody gets it if the caller is
    an admin, else the caller alone. `thread_chat_id` is a thread to write in instead of to people; `message_topic` is
    what a thread is called that somebody opens on the message later.
    """

    userids: Annotated[str, Meta(max_length=NAMES_MAX)] | None = None
    user_ids: Annotated[str, Meta(max_length=NAMES_MAX)] | None = None
    broadcast: bool | None = None
    thread_chat_id: Annotated[str, Meta(max_length=MESSAGE_ID_MAX)] | None = None
    message_topic: Annotated[str, Meta(max_length=TOPIC_MAX)] = ""

    def wish(self, in_query: str | None) -> Wish:
        """The newer wire takes the names in the query too."""
        given = next((names for names in (self.user_ids, self.userids, in_query) if names is not None), None)
        return Wish(read_names(given), self.broadcast)


class BotMessageOut(Struct, frozen=True):
    chat_id: str
    message_id: str


class BotPostedOut(Struct, frozen=True):
    """Who got the message, and where; the keys of `message_details` are persons' ids."""

    user_ids: list[str]
    message_details: dict[str, BotMessageOut]


class BotPost(Struct, frozen=True):
    """One handler for both addresses. The newer wire wants no text where there is something else to show, and can send
    to a channel or a thread instead of to people.
    """

    is_newer: bool

    async def __call__(self, request: Request, caller: Caller) -> Response:
        body = await read_body(request)
        draft = decode_content(body, BotDraft)
        delivery, judge_it = delivery_of(request, caller, body), partial(self._judge, request, caller, draft)
        count = partial(count_place_of, request)
        messages = await part(request, Deliveries).commit(delivery, judge_it, count=count)
        return _answer(part(request, Chats), self._aim(request), draft, messages) or no_content()

    def prepare(self, request: Request, caller: Caller) -> "StandingBot":
        judge_content = judge_for_bot if self.is_newer else judge_post
        return StandingBot(
            caller=caller,
            bot=bot_use.usable(request, caller),
            aim=self._aim(request),
            rules=rules_of(request, judge_content, part(request, Settings).text_max),
            naming=naming_of(request, caller),
            people=part(request, People),
            chats=part(request, Chats),
            apps=part(request, Apps),
            deliveries=part(request, Deliveries),
        )

    async def _judge(self, request: Request, caller: Caller, draft: BotDraft) -> Sequence[Posting]:
        standing = self.prepare(request, caller)
        while (postings := standing.judge(draft)) is None:
            await part(request, Database).write(_open_chats, standing.chats, standing.bot, standing.readers(draft))
        return postings

    def _aim(self, request: Request) -> "Aim":
        query = request.query_params
        channel = query.get(CHANNEL_PARAM) if self.is_newer else None
        return Aim(self.is_newer, channel, query.get("user_ids", query.get("userids")))


class Aim(Struct, frozen=True):
    """Where an address sends a bot's message, as far as the body leaves it to the address."""

    is_newer: bool
    channel: str | None
    names: str | None

    def place(self, draft: BotDraft) -> Place | None:
        """Where it is sent instead of to people."""
        if self.is_newer and draft.thread_chat_id:
            return ChatShown(draft.thread_chat_id)
        return ChannelNamed(self.channel) if self.channel is not None else None


class StandingBot(Struct, frozen=True, kw_only=True):
    """A bot that a caller may let speak at an address: what is left is whom it tells, and what."""

    caller: Caller
    bot: Bot
    aim: Aim
    rules: Rules
    naming: Naming
    people: People
    chats: Chats
    apps: Apps
    deliveries: Deliveries

    def ready(self, fields: Mapping[bytes, bytes], body: bytes) -> Ready[list[Message]] | None:
        draft = decode_content(body, BotDraft)
        if self._is_for_thousands(draft):
            return None
        postings = self.judge(draft)
        if postings is None:
            return None
        submission = Submission(postings, self.naming.delivery(fields.items(), body))
        commit = partial(self.deliveries.submit, submission)
        return Ready(place_of(self.chats, postings), commit, partial(_answer, self.chats, self.aim, draft))

    def judge(self, draft: BotDraft) -> list[Posting] | None:
        """None if somebody has no chat with the bot yet, in which they could be told."""
        people, chats, caller, bot = self.people, self.chats, self.caller, self.bot
        content, ties = self.rules.content(draft), ties_of(draft, topic=draft.message_topic)
        place = self.aim.place(draft)
        if isinstance(place, ChatShown):
            _require_thread(chats, caller, place)
        if place is not None:
            return [judge(people, chats, caller, place, content, bot_name=bot.unique_name, ties=ties)]
        readers = self.readers(draft)
        judge_ahead(people, caller, ChatKind.BOT, [content])
        known = _known_chats(chats, bot, readers)
        if len(known) < len(readers):
            return None
        return [posting_by(people, caller, bot, chat, content, ties) for chat in known]

    def _is_for_thousands(self, draft: BotDraft) -> bool:
        """To think of so many takes long, and is not for the way of many short posts."""
        if self.people.count_of(self.caller.org_id) <= PEOPLE_MAX:
            return False
        me = self.people.get(self.caller.org_id, self.caller.person_id)
        return self.aim.place(draft) is None and draft.wish(self.aim.names).is_for_all(me)

    def readers(self, draft: BotDraft) -> list[Person]:
        return choose(self.apps, self.people, self.chats, self.caller, self.bot, draft.wish(self.aim.names))


POST: Final = BotPost(is_newer=False)
NEWER_POST: Final = BotPost(is_newer=True)


def _require_thread(chats: Chats, caller: Caller, place: ChatShown) -> None:
    if find_place(chats, caller, place).kind is not ChatKind.THREAD:
        raise Invalid("thread_chatid_invalid", "thread_chat_id is not the id of a thread")


async def chats_with(
    request: Request, caller: Caller, bot: Bot, readers: Sequence[Person], contents: Sequence[Content]
) -> list[Chat]:
    """Each reader's chat with the bot. Made ahead of the messages where there is none: a chat that then stays empty is
    no harm, half of a broadcast would be. One of `contents` that is refused makes none.
    """
    people, chats = part(request, People), part(request, Chats)
    judge_ahead(people, caller, ChatKind.BOT, contents)
    known = _known_chats(chats, bot, readers)
    if len(known) == len(readers):
        return known
    return await part(request, Database).write(_open_chats, chats, bot, readers)


def count_reader(request: Request, places: Sequence[Chat]) -> None:
    """Counts a message to one person in their chat with the bot. One to many is not refused for the sake of a single
    chat.
    """
    if len(places) == 1:
        count_place(request, places[0].org_id, places[0].home_id)


def _known_chats(chats: Chats, bot: Bot, readers: Sequence[Person]) -> list[Chat]:
    return [place for person in readers if (place := chats.find_bot_chat(bot, person.id)) is not None]


def _open_chats(tx: Tx, chats: Chats, bot: Bot, readers: Sequence[Person]) -> list[Chat]:
    return [chat.open_bot_chat(tx, chats, bot, person.id) for person in readers]


def posting_by(
    people: People, caller: Caller, bot: Bot, place: Chat, content: Content, ties: Ties | None = None
) -> Posting:
    voice, token_id = voice_of(people, caller), caller.token_id
    return judge_posting(people, place, Sender.of_bot(bot), content, voice, token_id=token_id, ties=ties)


def _answer(chats: Chats, aim: Aim, draft: BotDraft, messages: Sequence[Message]) -> Response | None:
    """Nothing, which is 204; with `sync_message` who got it, if it went to people."""
    if not draft.sync_message or aim.place(draft) is not None:
        return None
    places = [(message, chats.get(message.org_id, message.chat_id)) for message in messages]
    details = {
        str(person_id): BotMessageOut(place.shown_id, show_message(message.id))
        for message, place in places
        for person_id in place.person_ids  # In a chat with a bot: one.
    }
    return ok(BotPostedOut(list(details), details))
