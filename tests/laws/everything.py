"""Something of every kind in one organisation: what its people read of it, and what they change."""

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace
from tests.files.forms import file, send
from tests.laws.story import Story
from tests.world import World

from keypost.chat import (
    channels,
    deliveries,
    message_store,
    own,
    reactions,
    store,
    surroundings,
    thread_store,
    threads,
    timeline_store,
    votes,
)
from keypost.chat import service as chat
from keypost.chat.model import Delivery, Party, PartyKind, Posting, Sender
from keypost.db.tx import Tx
from keypost.delivery.answer import Answered
from keypost.events import service as events
from keypost.extensions import consents, invocations, minting, settings
from keypost.extensions import service as extensions
from keypost.extensions.calls import Call
from keypost.extensions.manifest import Minters, Setting
from keypost.extensions.model import App, Invocation
from keypost.files import service as files
from keypost.ids import BotId
from keypost.people import administration
from keypost.people import service as people
from keypost.tokens import service as tokens
from keypost.tokens.model import Token
from keypost_sdk.content import Message as Content
from keypost_sdk.content import Served

SETTINGS: Final = (Setting(name="place", title="Place"),)
CALL: Final = Call("function", "button_handler", "note", {})
TEAMS: Final = Minters(who="teams", teams=("Team",))


class Everything:
    def __init__(self, world: World, story: Story, app: App, token: Token, call: Invocation) -> None:
        self.world = world
        self.story = story
        self.app = app
        self.token = token
        self.call = call
        self.ada, self.grace = world.caller(world.ada), world.caller(world.grace)
        self.place = world.chat("#builds")

    @classmethod
    async def begin(cls, world: World) -> "Everything":
        server = world.server
        team = await world.team(8, world.ada, world.grace)
        app = await world.extension(teams=frozenset({team}), settings=SETTINGS)
        other = await world.extension("retro")
        tool = await world.tool(app)
        await world.tool(other)
        await world.tool(app, owner=world.grace)
        ada = world.caller(world.ada)
        await world.write(settings.save, server.people, server.keys, ada, app.extension, {"place": "Paris"})
        await world.write(minting.set_rule, server.people, ada, app.extension, TEAMS)
        story = await Story.begin(world)
        await send(tool, "#builds", file(b"Minutes"))
        await story.ask(0, 0, 3)
        await story.post(0, 1, "Hello")
        for who in (0, 1):
            await story.vote(0, who, who)
            await story.react(1, who, "👍")
        await story.reply(1, 1, "Hello to you")
        await story.say_in_thread(1, 0, "In the thread", in_parent=True)
        thread = story.threads[0]
        for caller in (ada, world.caller(world.grace)):
            await world.write(threads.follow, server.chats, caller, thread)
        await story.collapse(0, "build", 2, "Build 7")
        await story.open_bot_chat(0)
        await story.open_bot_chat(1)
        call, _ = await world.write(invocations.begin, server.keys, app, world.ada.person.id, CALL)
        made = cls(world, story, app, tool.token, call)
        await world.server.lane.commit_all([made.posting], made.delivery)
        return made

    @property
    def posting(self) -> Posting:
        sender = Sender(kind=PartyKind.PERSON, id=self.ada.person_id, name="Ada Lovelace")
        return Posting(org_id=self.ada.org_id, chat_id=self.place.id, sender=sender, content=Content(text="Once"))

    @property
    def delivery(self) -> Delivery:
        return Delivery(org_id=self.ada.org_id, sender=("person", self.ada.person_id), key=b"name", fingerprint=b"said")

    def read(self, tx: Tx) -> list[object]:
        server, org_id, ada = self.world.server, self.world.org_id, self.ada
        people_there, chats, app = server.people, server.chats, self.app
        person = self.world.ada.person
        sent = chat.list_by_id(tx, org_id, [message.id for message in self.story.sent])
        ids = [message.id for message in sent]
        brought = [
            message for message in message_store.list_messages(tx, org_id, self.place.id, limit=9) if message.file
        ]
        return [
            tokens.list_mine(tx, ada),
            tokens.list_all_of_org(tx, people_there, ada),
            tokens.list_live(tx, ada, app.id),
            tokens.get_visible(tx, people_there, ada, self.token.id),
            *(chat.list_messages(tx, org_id, place.id, limit=100) for place in self._places()),
            *(message_store.list_shown(tx, org_id, place.id, 100) for place in self._places()),
            sent,
            surroundings.read(tx, chats, org_id, sent),
            votes.choices(tx, org_id, ids, [person.id, self.world.grace.person.id]),
            [message_store.list_answering(tx, message, 9) for message in sent],
            [message_store.list_chats_with(tx, org_id, message.file.id) for message in brought if message.file],
            [files.find(tx, org_id, message.file.id) for message in brought if message.file],
            extensions.list_apps(tx, org_id),
            extensions.find_app(tx, org_id, app.id),
            extensions.list_installed(tx, people_there.get(org_id, person.id)),
            extensions.list_on(tx, org_id),
            extensions.list_faces(tx, app.extension),
            extensions.find_named(tx, org_id, app.extension.manifest.name),
            settings.read(tx, server.keys, app.extension),
            minting.find_rule(tx, people_there, app.extension),
            consents.permissions_of(tx, person, app.extension),
            [thread_store.list_followers(tx, thread) for thread in self.story.threads],
            deliveries.list_subjects(tx, self.delivery),
            deliveries.find_ending(tx, self.delivery),
            [message_store.find_collapsed(tx, message) for message in sent],
            store.find_direct(tx, org_id, frozenset({person.id, self.world.grace.person.id})),
            [store.find_bot_chat(tx, org_id, bot_id, person.id) for bot_id in self._bots()],
            events.list_after(tx, org_id, 0),
            events.last_number(tx, org_id),
        ]

    def changes(self) -> list[tuple[Callable[..., Any], *tuple[Any, ...]]]:
        """Verbs of every kind, what is lasting last."""
        server, ada, grace, token = self.world.server, self.ada, self.grace, self.token
        chats, register, place = server.chats, server.register, self.place
        known, extension, thread = server.people, self.app.extension, self.story.threads[0]
        poll, hello = self.story.sent[0], self.story.sent[1]
        home = self.story.where(0)
        member = Party(PartyKind.PERSON, grace.person_id)
        return [
            (timeline_store.extend, self.world.org_id),
            (votes.vote, ada, home, poll.id, 2),
            (votes.vote, grace, home, poll.id, None),
            (reactions.take_back, ada, home, hello.id, "👍"),
            (own.edit, known, grace, home, hello.id, Content(text="Good bye")),
            (threads.close, chats, ada, thread),
            (threads.unfollow, chats, grace, thread),
            (own.delete, known, server.cabinet, grace, home, hello.id),
            (own.delete, known, server.cabinet, ada, home, poll.id),
            (self._delete_files,),
            (deliveries.save_ending, self.delivery, "over"),
            (invocations.end, self.call, Answered("")),
            (chat.remove_member, chats, place, member),
            (chat.add_member, chats, place, member),
            (channels.rename, known, chats, ada, place, "works"),
            (tokens.set_budget, register, known, ada, token.id, 7),
            (tokens.set_serves, register, self.world.org_id, token.id, [Served(name="All")]),
            (tokens.save_uses, {(self.world.org_id, token.id): 5}),
            (tokens.revoke, register, known, ada, token.id),
            (settings.save, known, server.keys, ada, extension, {"place": "Rome"}),
            (settings.save, known, server.keys, ada, extension, {"place": None}),
            (minting.set_rule, known, ada, extension, Minters(who="admins")),
            (minting.drop_rule, known, ada, extension),
            (extensions.save_manifest, server.apps, replace(extension, source="https://example.com/")),
            (extensions.uninstall, server.apps, register, extension, ada.person_id),
            (administration.set_posts_per_minute, known, ada, 9),
            (people.deactivate, known, self.world.org_id, grace.person_id),
        ]

    def _places(self) -> list[Any]:
        return [self.place, *self.story.chats, *self.story.threads]

    def _bots(self) -> list[BotId]:
        return [place.bot_id for place in self.story.chats if place.bot_id is not None]

    def _delete_files(self, tx: Tx) -> None:
        for message in message_store.list_messages(tx, self.world.org_id, self.place.id, limit=9):
            chat.delete(tx, self.world.server.cabinet, message)
