"""What may happen in an organisation's chats, one verb after the other, in an order that nobody foresees."""

from contextlib import suppress
from typing import Any

from tests.people import Visitor
from tests.world import World

from keypost.chat import reactions, threads, timeline_store, votes
from keypost.chat import service as chat
from keypost.chat.model import Chat, ChatKind, Collapse, Message, Opening, Party, PartyKind, Posting, Sender, Ties
from keypost.clock import MINUTE_MS
from keypost.errors import Forbidden, NotFound
from keypost.ids import ChatId, show_message
from keypost_sdk.content import Card, PollOption
from keypost_sdk.content import Message as Content


class Story:
    """Chats and persons are named by numbers, which count around: `chats[0]` is home, which everybody stays in."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.persons = (world.ada, world.grace, world.alan)
        self.chats: list[Chat] = []
        self.threads: list[Chat] = []
        self.sent: list[Message] = []

    @classmethod
    async def begin(cls, world: World) -> "Story":
        story = cls(world)
        for who in story.persons:
            await who.arrive()
        await story.create_channel({0, 1, 2})
        await story.create_channel({0, 1, 2})
        return story

    async def end(self) -> str:
        """One last message at home; answers its id."""
        last = await self._send(self.chats[0], self._person(0), Content(text="the end"))
        return show_message(last.id)

    @property
    def home(self) -> str:
        return self.chats[0].shown_id

    def who(self, number: int) -> Visitor:
        return self.persons[number % len(self.persons)]

    def where(self, number: int) -> Chat:
        """As it is now; never home."""
        known = self.chats[1 + number % (len(self.chats) - 1)]
        found = self.world.server.chats.find(known.org_id, known.id)
        assert found is not None
        return found

    def page(self, number: int) -> Chat:
        """A chat, or a thread."""
        places = [*self.chats[1:], *self.threads]
        return places[number % len(places)]

    async def create_channel(self, members: set[int]) -> None:
        name = f"c{self.world.database.ids.next()}"
        self.chats.append(await self.world.channel(name, *map(self.who, sorted(members))))

    async def create_direct(self, one: int, other: int) -> None:
        persons = sorted({self.who(one).person.id, self.who(other).person.id})
        made = await self.world.write(
            chat.create_direct, self.world.server.chats, self.world.org_id, "Two", list(persons)
        )
        self.chats.append(made)

    async def open_bot_chat(self, who: int) -> None:
        chats, org_id, name = self.world.server.chats, self.world.org_id, f"b{self.world.database.ids.next()}"
        bot = await self.world.write(chat.create_bot, chats, org_id, name, "A *bot* & more")
        self.chats.append(await self.world.write(chat.open_bot_chat, chats, bot, self.who(who).person.id))

    async def post(self, where: int, who: int, text: str) -> None:
        self.sent.append(await self._send(self.where(where), self._person(who), Content(text=text)))

    async def collapse(self, where: int, key: str, order: int, text: str) -> None:
        extension = Sender(kind=PartyKind.EXTENSION, id=1001, name="GitLab")
        self.sent.append(await self._send(self.where(where), extension, Content(text=text), Collapse(key, order)))

    async def edit(self, number: int, text: str) -> None:
        await self._edit(number, Content(text=text))

    async def ask(self, where: int, who: int, options: int) -> None:
        self.sent.append(await self._send(self.where(where), self._person(who), poll(options)))

    async def ask_anew(self, number: int, options: int) -> None:
        """What was a poll, or none, asks this now."""
        await self._edit(number, poll(options))

    async def vote(self, number: int, who: int, option: int | None) -> None:
        """For what the message has: what it has not is refused, and changes nothing."""
        await self._about(number, who, votes.vote, option)

    async def reply(self, number: int, who: int, text: str) -> None:
        """Answers a message, where that is not deleted."""
        if self.sent:
            answered, content = self.sent[number % len(self.sent)], Content(text=text)
            with suppress(NotFound):
                ties = Ties(reply_to=answered.id)
                self.sent.append(await self._send(self._chat(answered.chat_id), self._person(who), content, ties=ties))

    async def say_in_thread(self, number: int, who: int, text: str, in_parent: bool) -> None:
        """Opens a thread on a message, or continues it; where it is closed, or its message deleted, not."""
        if self.sent:
            named = self.sent[number % len(self.sent)]
            place = self._chat(self._chat(named.chat_id).home_id)
            ties = Ties(opening=Opening(root_id=named.id), in_parent=in_parent)
            with suppress(NotFound, Forbidden):
                said = await self._send(place, self._person(who), Content(text=text), ties=ties)
                self.sent.append(said)
                thread = self._chat(said.thread_id or said.chat_id)
                self.threads = [known for known in self.threads if known.id != thread.id] + [thread]

    async def close_thread(self, number: int, closes: bool) -> None:
        if self.threads:
            verb, thread = threads.close if closes else threads.reopen, self.threads[number % len(self.threads)]
            await self.world.write(verb, self.world.server.chats, self.world.caller(self.who(0)), thread)

    async def delete(self, number: int) -> None:
        if self.sent:
            sent = self.sent[number % len(self.sent)]
            known = await self.world.read(chat.find_message, sent.org_id, sent.chat_id, sent.id)
            if known is not None:
                await self.world.write(chat.delete, self.world.server.cabinet, known)

    async def react(self, number: int, who: int, emoji: str) -> None:
        await self._about(number, who, reactions.react, emoji)

    async def take_back(self, number: int, who: int, emoji: str) -> None:
        await self._about(number, who, reactions.take_back, emoji)

    async def extend_timelines(self) -> None:
        await self.world.write(timeline_store.extend_all)

    async def add_member(self, where: int, who: int) -> None:
        place = self.where(where)
        if place.kind is not ChatKind.DIRECT:
            await self.world.write(chat.add_member, self.world.server.chats, place, self._party(who))

    async def remove_member(self, where: int, who: int) -> None:
        place = self.where(where)
        if place.kind is not ChatKind.DIRECT:
            await self.world.write(chat.remove_member, self.world.server.chats, place, self._party(who))

    async def _about(self, number: int, who: int, verb: Any, said: object) -> None:
        if self.sent:
            message, caller = self.sent[number % len(self.sent)], self.world.caller(self.who(who))
            self.world.clock.move(MINUTE_MS)
            with suppress(NotFound):
                await self.world.write(verb, caller, self._chat(message.chat_id), message.id, said)

    async def _edit(self, number: int, content: Content) -> None:
        if self.sent:
            message = self.sent[number % len(self.sent)]
            self.world.clock.move(MINUTE_MS)
            with suppress(NotFound):
                await self.world.write(chat.edit, message.org_id, message.chat_id, message.id, content)

    async def _send(
        self,
        place: Chat,
        sender: Sender,
        content: Content,
        collapse: Collapse | None = None,
        *,
        ties: Ties | None = None,
    ) -> Message:
        self.world.clock.move(MINUTE_MS)
        posting = Posting(
            org_id=place.org_id,
            chat_id=place.id,
            sender=sender,
            content=content,
            collapse=collapse,
            ties=ties or Ties(),
        )
        return await self.world.server.lane.commit(posting)

    def _chat(self, chat_id: ChatId) -> Chat:
        found = self.world.server.chats.find(self.world.org_id, chat_id)
        assert found is not None
        return found

    def _person(self, number: int) -> Sender:
        person = self.who(number).person
        return Sender(kind=PartyKind.PERSON, id=person.id, name=person.name)

    def _party(self, number: int) -> Party:
        return Party(PartyKind.PERSON, self.who(number).person.id)


def poll(options: int) -> Content:
    chosen = tuple(PollOption(f"*{number}*") for number in range(options))
    return Content(text="Vote", card=Card(title="What?", theme="poll", options=chosen))
