"""A tool posts a message: to a channel, to a chat of any kind, or to a person."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.chat.directory import Chats
from keypost.chat.judging import ChannelNamed, ChannelShown, ChatShown, Speaker, judge, speaker_in
from keypost.chat.model import Chat, ChatKind, Message, PartyKind, Posting, Submission
from keypost.chat.wishes import ties_of
from keypost.db.database import Database
from keypost.errors import Invalid
from keypost.extensions.directory import Apps
from keypost.ids import AppId, show_chat, show_message
from keypost.messages.judging import Draft, content_of, judge_post, readable
from keypost.messages.spellings import SWITCHES, decode_content
from keypost.people.directory import People
from keypost.settings import Settings
from keypost.web.body import read_body
from keypost.web.parts import part
from keypost.web.ready import Ready
from keypost.web.replies import no_content, ok
from keypost.webhooks.apps import appkey_of, require_bot_served
from keypost.webhooks.deliveries import Deliveries
from keypost.webhooks.naming import Naming, delivery_of, has_name, naming_of
from keypost.webhooks.places import ChatOrPerson, Finder, PersonNamed, Target, count_place_of
from keypost.webhooks.rules import Rules, rules_of
from keypost.webhooks.text_alone import text_alone
from keypost_sdk.content import Message as Content

Answering = Callable[[Message, Content, bool], Response | None]
"""Of what was stored, of what was sent to be shown (what is stored may be another by now, if this repeats a delivery),
and whether the id is wanted. None for a success that says no more.
"""


class PostedOut(Struct, frozen=True):
    message_id: str


class ShownData(Content, frozen=True, kw_only=True):
    """The message as it was stored, with its id."""

    id: str


class ShownOut(Struct, frozen=True):
    """`url` is where the chat's messages are."""

    url: str
    type: str
    data: ShownData


class Post(Struct, frozen=True):
    """One handler for every address that takes a post: `target` says what it means that stands in the address under
    `name`, `by_bots` whether a bot can be named there, `answer` what a success looks like, `is_long`
    whether a text may be as long as at one address of the newer wire alone.
    """

    name: str
    target: Callable[[str], Target]
    by_bots: bool
    answer: Answering
    is_long: bool = False

    async def __call__(self, request: Request, caller: Caller) -> Response:
        body = await read_body(request)
        draft = decode_content(body, Draft)
        delivery, judge_it = delivery_of(request, caller, body), partial(self._judge, request, caller, draft)
        count = partial(count_place_of, request)
        (message,) = await part(request, Deliveries).commit(delivery, judge_it, count=count)
        return self.answer(message, content_of(draft), draft.sync_message) or no_content()

    def prepare(self, request: Request, caller: Caller) -> "StandingPost | None":
        """For the fast lane, the same on memory alone: nothing of a chat that is yet to be made."""
        rules = self._rules(request)
        place = _finder(request).find_known(caller, self._target(request))
        if place is None:
            return None
        people, chats = part(request, People), part(request, Chats)
        bot_name = self._bot_name(request, caller, place, is_opening=False)
        return StandingPost(
            speaker=speaker_in(people, chats, caller, ChatShown(place.shown_id), bot_name=bot_name),
            opens=bot_name == self._bot_name(request, caller, place, is_opening=True),
            rules=rules,
            naming=naming_of(request, caller),
            people=people,
            deliveries=part(request, Deliveries),
            answer=self.answer,
        )

    async def _judge(self, request: Request, caller: Caller, draft: Draft) -> list[Posting]:
        content, ties = self._rules(request).content(draft), ties_of(draft)
        place = await _finder(request).find(caller, self._target(request), [content], ties)
        bot_name = self._bot_name(request, caller, place, is_opening=ties.opening is not None)
        people, chats = part(request, People), part(request, Chats)
        return [judge(people, chats, caller, ChatShown(place.shown_id), content, bot_name=bot_name, ties=ties)]

    def _bot_name(self, request: Request, caller: Caller, place: Chat, *, is_opening: bool) -> str | None:
        """The wire knows posting as a bot for channels, and for threads wherever they are or are opened."""
        by_bots = self.by_bots or place.kind is ChatKind.THREAD or is_opening
        name = request.query_params.get("bot_unique_name") if by_bots else None
        if name is not None:
            require_own_bot(request, caller, name)
        return name

    def _rules(self, request: Request) -> Rules:
        _require_switch(request, "mark_as_read")
        settings = part(request, Settings)
        text_max = settings.long_text_max if self.is_long else settings.text_max
        return rules_of(request, judge_post, text_max)

    def _target(self, request: Request) -> Target:
        return self.target(request.path_params[self.name])


class StandingPost(Struct, frozen=True, kw_only=True):
    """Who speaks where is known, also for who `opens` a thread: what is left is to judge what they say."""

    speaker: Speaker
    opens: bool
    rules: Rules
    naming: Naming
    people: People
    deliveries: Deliveries
    answer: Answering

    def ready(self, fields: Mapping[bytes, bytes], body: bytes) -> Ready[list[Message]] | None:
        text = text_alone(body, self.rules.text_max)
        if text is not None:
            return self._ready(self.speaker.say_to_nobody(text), False, fields, body)
        draft = decode_content(body, Draft)
        content, ties = self.rules.content(draft), ties_of(draft)
        if ties.opening is not None and not self.opens:
            return None
        return self._ready(self.speaker.say(self.people, content, ties=ties), draft.sync_message, fields, body)

    def _ready(
        self, posting: Posting, wants_id: bool, fields: Mapping[bytes, bytes], body: bytes
    ) -> Ready[list[Message]]:
        delivery = self.naming.delivery(fields.items(), body) if has_name(fields) else None
        submission = Submission([posting], delivery)
        place = (posting.org_id, self.speaker.chat.home_id)
        return Ready(
            place,
            partial(self.deliveries.submit, submission),
            lambda stored: self.answer(stored[0], posting.content, wants_id),
        )


def _finder(request: Request) -> Finder:
    return Finder(part(request, Database), part(request, People), part(request, Chats))


def _posted(message: Message, _content: Content, wants_id: bool) -> Response | None:
    """Nothing, which is 204; with `sync_message` the id, but never for a bot's message: as the wire has it."""
    if wants_id and message.sender.kind is PartyKind.PERSON:
        return ok(PostedOut(show_message(message.id)))
    return None


def _shown(message: Message, content: Content, _wants_id: bool) -> Response:
    shown = readable(content)
    fields = {name: getattr(shown, name) for name in Content.__struct_fields__}
    data = ShownData(id=show_message(message.id), **fields)
    return ok(ShownOut(f"/api/v3/chats/{show_chat(message.org_id, message.chat_id)}/messages", "message", data))


TO_CHANNEL_NAMED: Final = Post("name", ChannelNamed, by_bots=True, answer=_posted)
TO_CHANNEL: Final = Post("channel", ChannelShown, by_bots=True, answer=_posted)
TO_CHAT: Final = Post("chat", ChatOrPerson, by_bots=False, answer=_posted)
LONG_TO_CHAT: Final = Post("chat", ChatOrPerson, by_bots=False, answer=_posted, is_long=True)
TO_PERSON: Final = Post("person", PersonNamed, by_bots=False, answer=_posted)
CARD_TO_CHANNEL: Final = Post("name", ChannelNamed, by_bots=True, answer=_shown)
"""The newer wire's odd one: a channel's unique name where others have its id, and the message as the answer."""


def require_own_bot(request: Request, caller: Caller, bot_name: str) -> None:
    """Of an extension's bot, judging knows whose it is; here whether the key beside it is right."""
    bot = part(request, Chats).find_bot_named(caller.org_id, bot_name)
    if bot is None or bot.app_id is None or bot.app_id != caller.app_id:
        return
    apps, people = part(request, Apps), part(request, People)
    require_bot_served(apps, people, caller, AppId(bot.app_id), appkey_of(request))


def _require_switch(request: Request, name: str) -> None:
    if request.query_params.get(name, "true").lower() not in SWITCHES:
        raise Invalid("invalid_inputs", f"{name} in the address must be true or false")
