"""A few people, channels, tokens and bots that change, and posts that are tried meanwhile through both doors."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from msgspec.structs import replace
from sqlalchemy import func, select
from tests.founding import person_named
from tests.laws.verdicts import Try, Verdict, judge
from tests.web.lines import Door
from tests.world import World

from keypost.caller import Caller, Means, Scope
from keypost.chat import channels, threads
from keypost.chat import service as chat
from keypost.chat.directory import Chats
from keypost.chat.model import Chat, Opening, Party, PartyKind, Posting, Sender, Ties
from keypost.clock import DAY_MS, MINUTE_MS
from keypost.db.tables import messages
from keypost.db.tx import Tx
from keypost.errors import Conflict
from keypost.extensions import service as extensions
from keypost.extensions.model import App
from keypost.ids import SANDBOX_OFFSET, ApiTokenId, AppId, ChatId, MessageId, OrgId, PersonId, TeamId, TokenId
from keypost.people import administration
from keypost.people import service as people
from keypost.people.access import EVERYTHING_ON_PAGES
from keypost.people.directory import People
from keypost.people.model import Person, Role
from keypost.tokens import service as tokens
from keypost.tokens.model import Origin
from keypost.tokens.register import Register
from keypost_sdk.content import Message as Content

SCOPES: Final = (
    frozenset({Scope.POST}),
    frozenset({Scope.POST, Scope.MENTION_ALL}),
    frozenset({Scope.INCOMING}),
)

QUOTA: Final = re.compile(rb'ratelimit-policy: "token";q=([0-9]+)')
TOKENS_MAX: Final = 12
PERSONS_OWN: Final = 3
"""From this number on, a wish is with an API token."""
LETTERS: Final = str.maketrans("0123456789", "abcdefghij")
NOTHING: Final = Try(token_id=0)


class Minted(NamedTuple):
    owner: int
    token_id: TokenId
    secret: str


class PersonsOwn(NamedTuple):
    """An API token."""

    owner: int
    token_id: ApiTokenId
    secret: str


class Wish(NamedTuple):
    """What to try, by numbers: which they mean is known when it is tried. `call` is nobody, everybody, or a team."""

    token: int
    place: int
    bot: int
    call: int


class Changing:
    def __init__(self, world: World, app: App, doors: tuple[Door, Door]) -> None:
        self.world = world
        self.doors = doors
        self.app = app
        self.faces = [app.id, AppId(app.id + SANDBOX_OFFSET)]
        self.persons: list[Person] = []
        self.tokens: list[Minted] = []
        self.api_tokens: list[PersonsOwn] = []
        self.channels: list[Chat] = []
        self.names: list[str] = []
        self.chats: list[Chat] = []
        self.bots: list[str] = ["nobody"]
        self.teams: list[TeamId] = []

    @classmethod
    async def begin(cls, world: World, doors: tuple[Door, Door]) -> "Changing":
        """Two members and a guest, each with a token; a channel of all and one of nobody but the first; threads."""
        letters = str(world.database.ids.next()).translate(LETTERS)  # An extension's name has no digits.
        app = await world.extension(letters)
        changing = cls(world, app, doors)
        for role in (Role.MEMBER, Role.MEMBER, Role.GUEST):
            await changing.arrive(role)
        await changing.create_channel(3)
        await changing.create_channel(1)
        for who in range(3):
            await changing.mint(who, 1)
            await changing.make_api_token(who, 1)
        await changing.open_direct(0, 1)
        for place in (0, 2):
            await changing.open_thread(place)
        await changing.create_bot()
        await changing.create_team()
        return changing

    # Each change answers what it is about: that is tried first.

    async def arrive(self, role: Role) -> Try:
        name = self._name()
        person = await self.world.write(person_named, self.world.server, self.world.org_id, name, "X", role)
        self.persons.append(person)
        return Try(token_id=self._token(0).token_id, person_id=person.id)

    async def disable(self, who: int) -> Try:
        own = [minted for minted in self.api_tokens if minted.owner == who % len(self.persons)]
        wish = _by_person(own[-1], self._place(0)) if own else self._by_id(self._token_of(who), 0)
        person, about = self._person(who), await self._used(wish)
        await self.world.write(people.deactivate, self._people, person.org_id, person.id)
        return about

    async def mint(self, who: int, scopes: int) -> Try:
        person = self._person(who)
        if person.deactivated_at is not None or len(self.tokens) >= TOKENS_MAX:
            return NOTHING
        grant = replace(self.app.grant, scope=SCOPES[scopes])
        origin = Origin(chat_id=self.world.chat("#builds").id, message_id=MessageId(1), button="buttons[0]")
        caller = _caller(person)
        register, keys = self._register, self.world.server.keys
        token, secret = await self.world.write(
            tokens.mint, register, keys, caller, self.app.id, grant, sandbox=False, origin=origin
        )
        self.tokens.append(Minted(who % len(self.persons), token.id, secret.reveal()))
        return self._by_id(len(self.tokens) - 1, 0)

    async def make_api_token(self, who: int, scopes: int) -> Try:
        """Of somebody who may have left by then: it is none."""
        person, server = self._person(who), self.world.server
        if len(self.api_tokens) >= TOKENS_MAX:
            return NOTHING
        owner, granted = (person.org_id, person.id), SCOPES[scopes]
        secret = await self.world.write(people.create_api_token, server.people, server.keys, *owner, granted)
        made = server.people.api_tokens.find(server.keys.digest(secret))
        assert made is not None
        self.api_tokens.append(PersonsOwn(who % len(self.persons), made.id, secret))
        return _by_person(self.api_tokens[-1], self._place(0))

    async def revoke(self, token: int) -> Try:
        minted = self._token(token)
        await self.world.write(tokens.revoke, self._register, self._people, self._admin, minted.token_id)
        return self._by_id(token, 0)

    async def replace(self, token: int) -> Try:
        """By the newest: the older ones of the same person end in a day."""
        register = self._register
        successor = register.get(self.world.org_id, self._token(token).token_id)
        await self.world.write(tokens.replace_live, register, successor)
        return self._by_id(token - 1, 0)

    async def let_a_day_pass(self) -> Try:
        self.world.clock.move(DAY_MS)
        return self._by_id(0, 0)

    async def set_budget(self, token: int, budget: int | None) -> Try:
        minted = self._token(token)
        known = self._register.get(self.world.org_id, minted.token_id)
        if known.is_usable(self.world.clock.now):
            await self.world.write(
                tokens.set_budget, self._register, self._people, self._admin, minted.token_id, budget
            )
        return self._by_id(token, 0)

    async def set_budget_of_all(self, budget: int | None) -> Try:
        await self.world.write(administration.set_posts_per_minute, self._people, self._admin, budget)
        return self._by_id(0, 0)

    async def create_channel(self, members: int) -> Try:
        parties = [Party(PartyKind.PERSON, person.id) for person in self.persons[:members]]
        made = await self.world.write(chat.create_channel, self._chats, self.world.org_id, self._name(), parties)
        self.channels.append(made)
        self.chats.append(made)
        self.names.append(made.unique_name or "")
        return self._by_name(0, len(self.names) - 1)

    async def rename(self, channel: int, name: int) -> Try:
        """To a new name, or to one that a channel has or had."""
        known, about = self._channel(channel), await self._used(self._by_name(0, channel))
        wanted = self.names[name % len(self.names)] if name % 2 else self._name()
        try:
            await self.world.write(channels.rename, self._people, self._chats, self._admin, known, wanted)
        except Conflict:
            return about
        self.names.append(wanted)
        return about

    async def join(self, who: int, channel: int) -> Try:
        await self.world.write(chat.add_member, self._chats, self._channel(channel), self._party(who))
        return self._by_name(self._token_of(who), channel)

    async def leave(self, who: int, channel: int) -> Try:
        about = await self._used(self._by_name(self._token_of(who), channel))
        await self.world.write(chat.remove_member, self._chats, self._channel(channel), self._party(who))
        return about

    async def open_direct(self, one: int, other: int) -> Try:
        persons = frozenset({self._person(one).id, self._person(other).id})
        if len(persons) == 1:
            return NOTHING
        self.chats.append(await self.world.write(chat.open_direct, self._chats, self.world.org_id, "", persons))
        return self._by_id(one, len(self.chats) - 1)

    async def open_thread(self, place: int) -> Try:
        """By a post of the first person, as threads are."""
        parent = self._place(place)
        if parent.parent_id is not None:
            return NOTHING
        root = await self._say(parent, Ties())
        await self._say(parent, Ties(opening=Opening(root_id=root)))
        thread = self._chats.find_thread_on(self.world.org_id, root)
        assert thread is not None
        self.chats.append(thread)
        return self._by_id(0, len(self.chats) - 1)

    async def set_closed(self, place: int, is_closed: bool) -> Try:
        thread = self._place(place)
        if thread.parent_id is not None:
            change = threads.close if is_closed else threads.reopen
            await self.world.write(change, self._chats, _caller(self.persons[0]), thread)
        return self._by_id(0, place)

    async def create_bot(self) -> Try:
        self.bots.append(self._name())
        await self.world.write(chat.create_bot, self._chats, self.world.org_id, self.bots[-1], "A bot")
        return replace(self._by_name(0, 0), bot=self.bots[-1])

    async def bring_bot(self, bot: int, channel: int, is_in: bool) -> Try:
        found = self._chats.find_bot_named(self.world.org_id, self._bot(bot))
        if found is not None:
            change = chat.add_member if is_in else chat.remove_member
            await self.world.write(change, self._chats, self._channel(channel), Party(PartyKind.BOT, found.id))
        return replace(self._by_name(0, channel), bot=self._bot(bot))

    async def create_team(self, *members: int) -> Try:
        team_id, ids = TeamId(self.world.database.ids.next()), [self._person(who).id for who in members]
        await self.world.write(people.create_team, self._people, self.world.org_id, team_id, "Team", ids)
        self.teams.append(team_id)
        return replace(self._by_id(0, 2), team_id=team_id)

    async def serve_team(self, team: int, title: str) -> Try:
        """The extension is switched on for a team too, and is called something else from now on."""
        server, ada = self.world.server, self.world.ada.person
        manifest = replace(self.app.extension.manifest, title=title)
        extension = replace(self.app.extension, manifest=manifest)
        faces = await self.world.write(extensions.save_manifest, server.apps, extension)
        teams = frozenset({self.teams[team % len(self.teams)]})
        await self.world.write(extensions.install, server.chats, server.apps, faces[0], ada.id, teams)
        return self._by_id(0, 0)

    async def switch_extension(self, is_on: bool) -> Try:
        server, extension = self.world.server, self.app.extension
        if is_on:
            await self.world.write(extensions.bring_up, server.chats, server.apps, extension, self.world.ada.person.id)
        else:
            await self.world.write(
                extensions.uninstall, server.apps, server.register, extension, self.world.ada.person.id
            )
        return self._by_id(0, 0)

    # What is tried.

    def about(self, wish: Wish) -> Try:
        found = self._at(wish.token, wish.place)
        bot = self._bot(wish.bot) if wish.bot >= 0 else ""
        team_id = self.teams[wish.call % len(self.teams)] if wish.call > 1 else 0
        return replace(found, bot=bot, is_to_all=wish.call == 1, team_id=team_id)

    async def compare(self, wish: Try) -> None:
        """Both doors do what the database says, and store what they say that they did."""
        self.world.clock.move(MINUTE_MS)
        expected, newest = await self.world.read(self._look, wish)
        heard = [await self._post(door, wish) for door in self.doors]
        stored = await self.world.read(_count_after, self.world.org_id, newest)
        assert self._served() == await self.world.read(self._served_as_stored)
        assert heard == [expected, expected], f"{wish}: {heard}, not {expected}"
        assert stored == (0 if expected.code else len(heard)), wish

    async def compare_around(self, change: Callable[[], Awaitable[Try]], wish: Try) -> None:
        """What was sent before the change was answered may have met either state; what is sent then, the new one."""
        self.world.clock.move(MINUTE_MS)
        before = await self._judge(wish)
        flying = [asyncio.create_task(self._post(door, wish)) for door in self.doors]
        about = await change()
        for each in (wish, about):
            if each is not NOTHING:
                after = [await self._post(door, each) for door in self.doors]
                judged = await self._judge(each)
                assert after == [judged, judged], f"{each}: {after}, not {judged}"
        expected = await self._judge(wish)
        met = {*await asyncio.gather(*flying)}
        assert met <= {before, expected}, f"{wish}: {met}, neither {before} nor {expected}"

    def _served(self) -> list[tuple[str, frozenset[PersonId]]]:
        """What each face of the extension is called, and whom it serves."""
        apps, everybody = self.world.server.apps, self._people.all_of(self.world.org_id)
        known = filter(None, (apps.find(self.world.org_id, app_id) for app_id in self.faces))
        return [(app.title, frozenset(each.id for each in everybody if apps.serves(app, each))) for app in known]

    def _served_as_stored(self, tx: Tx) -> list[tuple[str, frozenset[PersonId]]]:
        everybody = self._people.all_of(self.world.org_id)
        known = filter(None, (extensions.find_app(tx, self.world.org_id, app_id) for app_id in self.faces))
        return [
            (app.title, frozenset(each.id for each in everybody if extensions.serves(tx, app, each))) for app in known
        ]

    async def _used(self, wish: Try) -> Try:
        """Has it posted just now: whatever is remembered of that must go with the change that follows."""
        for door in self.doors:
            await self._post(door, wish)
        return wish

    async def _judge(self, wish: Try) -> Verdict:
        return (await self.world.read(self._look, wish))[0]

    def _look(self, tx: Tx, wish: Try) -> tuple[Verdict, int]:
        """The verdict, and the newest message."""
        org_id, of_server = self.world.org_id, self.world.settings.posts_per_minute
        row = tx.one(select(func.max(messages.c.id)).where(messages.c.org_id == org_id))
        return judge(tx, org_id, of_server, wish), row[0] if row is not None else 0

    async def _post(self, door: Door, wish: Try) -> Verdict:
        known: list[Minted | PersonsOwn] = [*self.tokens, *self.api_tokens]
        secret = next(each.secret for each in known if each.token_id == wish.token_id)
        carrier = "Authorization: Bearer" if wish.is_persons else "X-Keypost-Token:"
        calls = "{@all}" * wish.is_to_all + (f"{{@{wish.team_id}}}" if wish.team_id else "")
        body = json.dumps({"text": f"Hello {calls}"}).encode()
        bot = f"?bot_unique_name={wish.bot}" if wish.bot else ""
        head = f"POST {self._path(wish)}{bot} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
        request = f"{head}{carrier} {secret}\r\n\r\n".encode() + body
        while (
            heard := _verdict(*await door.ask(request))
        ).code == "server_busy":  # The disk's affair: nothing was judged.
            pass
        return heard

    def _path(self, wish: Try) -> str:
        if wish.channel:
            return f"/api/v2/channelsbyname/{wish.channel}/message"
        if wish.person_id:
            return f"/api/v2/buddies/{wish.person_id}/message"
        place = self._chats.find(self.world.org_id, ChatId(wish.chat_id))
        return f"/api/v2/chats/{place.shown_id if place is not None else wish.chat_id}/message"

    def _at(self, token: int, place: int) -> Try:
        """A chat by its id, a channel by its name, or a person."""
        by_id = [Try(token_id=0, chat_id=known.id) for known in self.chats]
        by_name = [Try(token_id=0, channel=name) for name in (*self.names, "nowhere")]
        persons = [Try(token_id=0, person_id=person.id) for person in self.persons]
        places = [*by_id, *by_name, *persons]
        found = places[place % len(places)]
        if token >= PERSONS_OWN:
            minted = self.api_tokens[token % len(self.api_tokens)]
            return replace(found, token_id=minted.token_id, is_persons=True)
        return replace(found, token_id=self._token(token).token_id)

    def _by_id(self, token: int, place: int) -> Try:
        return Try(token_id=self._token(token).token_id, chat_id=self._place(place).id)

    def _by_name(self, token: int, channel: int) -> Try:
        return Try(token_id=self._token(token).token_id, channel=self.names[channel % len(self.names)])

    async def _say(self, place: Chat, ties: Ties) -> MessageId:
        first = self.persons[0]
        sender = Sender(kind=PartyKind.PERSON, id=first.id, name=first.name)
        content = Content(text="Hello")
        posting = Posting(org_id=place.org_id, chat_id=place.id, sender=sender, content=content, ties=ties)
        return (await self.world.server.lane.commit(posting)).id

    def _name(self) -> str:
        return f"n{self.world.database.ids.next()}"

    def _token(self, number: int) -> Minted:
        return self.tokens[number % len(self.tokens)] if self.tokens else Minted(0, TokenId(0), "")

    def _token_of(self, who: int) -> int:
        """Its number; that of another's token for somebody who has none."""
        mine = [number for number, minted in enumerate(self.tokens) if minted.owner == who % len(self.persons)]
        return mine[-1] if mine else 0

    def _person(self, number: int) -> Person:
        return self.persons[number % len(self.persons)]

    def _party(self, number: int) -> Party:
        return Party(PartyKind.PERSON, self._person(number).id)

    def _channel(self, number: int) -> Chat:
        return self.channels[number % len(self.channels)]

    def _place(self, number: int) -> Chat:
        return self.chats[number % len(self.chats)]

    def _bot(self, number: int) -> str:
        return self.bots[number % len(self.bots)]

    @property
    def _people(self) -> People:
        return self.world.server.people

    @property
    def _register(self) -> Register:
        return self.world.server.register

    @property
    def _chats(self) -> Chats:
        return self.world.server.chats

    @property
    def _admin(self) -> Caller:
        return self.world.caller(self.world.ada)


def _by_person(minted: PersonsOwn, place: Chat) -> Try:
    return Try(token_id=minted.token_id, is_persons=True, chat_id=place.id)


def _caller(person: Person) -> Caller:
    return Caller(org_id=person.org_id, person_id=person.id, means=Means.SESSION, scopes=EVERYTHING_ON_PAGES)


def _verdict(head: bytes, body: bytes) -> Verdict:
    status, budget = int(head.split()[1]), QUOTA.search(head)
    return Verdict("" if status == 204 else json.loads(body)["code"], int(budget[1]) if budget is not None else None)


def _count_after(tx: Tx, org_id: OrgId, newest: int) -> int:
    return len(tx.all(select(messages.c.id).where(messages.c.org_id == org_id, messages.c.id > newest)))
