"""One organisation on a real server, on a real socket, over a real database."""

import asyncio
import shutil
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import cache
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from tests.founding import NAMES, founding_chats, organisation
from tests.live.until import PATIENCE_S
from tests.people import Client, Program, Tool, Visitor
from tests.serving import HeldClock, listening, serving

from keypost.app import Server, running
from keypost.caller import Caller, Means, Scope
from keypost.chat import service as chat
from keypost.chat.model import Chat, ChatKind, Message, Party, PartyKind
from keypost.db.database import Database
from keypost.db.tx import Tx
from keypost.delivery import signing
from keypost.extensions import consents, manifest_file
from keypost.extensions import service as extensions
from keypost.extensions.model import App
from keypost.ids import MessageId, OrgId, TeamId
from keypost.people import service as people
from keypost.people.access import EVERYTHING_ON_PAGES
from keypost.people.model import Person
from keypost.settings import NO_BOUND, Settings
from keypost.tokens import service as tokens
from keypost.tokens.model import Grant, Origin

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C", bound=Client)

FIRST: Final = "buttons[0]"
STANDUP: Final = Path(__file__).parent / "standup"


class World:
    """Ada (an admin), Grace and Alan; #general with all of them and the bot `buildbot`; #builds without Alan; a direct
    chat of Ada and Grace. Nobody is signed in. Channels are called `#name` in tests.
    """

    ada: Visitor
    grace: Visitor
    alan: Visitor
    stranger: Client

    def __init__(self, folder: Path, database_url: str, *, has_fast_lane: bool = True) -> None:
        self.folder = folder
        self.has_fast_lane = has_fast_lane
        self.clock = HeldClock()
        self._listener = listening()
        port = self._listener.getsockname()[1]
        # Its clock stands still, and so would every bucket: tests of limits choose theirs.
        self.settings = Settings(
            data=folder / "data", database_url=database_url, port=port, posts_per_minute=NO_BOUND, demo=True
        )
        self.base = self.settings.address
        self.server: Server
        self.org_id: OrgId
        self._life = AsyncExitStack()
        self._clients: list[Client] = []
        self._standups: dict[OrgId, App] = {}
        self._standing: Tool | None = None
        self._standing_program: Program | None = None

    async def start(self) -> None:
        self.server = await self._life.enter_async_context(running(self.settings, self.clock))
        fast_lane = self.server.fast_lane if self.has_fast_lane else None
        await self._life.enter_async_context(serving(self.server.door, self._listener.dup(), fast_lane=fast_lane))
        self._life.callback(self.server.hub.end_streams)

    async def stop(self) -> None:
        for client in self._clients:
            await client.leave()
        await self._life.aclose()

    async def restart(self, **changes: Any) -> None:
        """`changes` are to its settings."""
        await self.stop()
        self.settings = msgspec.structs.replace(self.settings, **changes)
        await self.start()

    async def end(self) -> None:
        await self.stop()
        self._listener.close()

    async def settle(self) -> None:
        """Fills the organisation."""
        self.org_id, persons = await self.write(organisation, self.server, "Analytical Engines", tuple(NAMES))
        self.ada, self.grace, self.alan = [await self.visitor(person) for person in persons]
        self.stranger = self.client()
        await self.write(founding_chats, self.server, *persons)

    @property
    def database(self) -> Database:
        return self.server.database

    async def write(self, verb: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self.database.write(verb, *args, **kwargs)

    async def read(self, verb: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self.database.read(verb, *args, **kwargs)

    def client(self) -> Client:
        return self._known(Client(self.base))

    async def visitor(self, person: Person) -> Visitor:
        read = frozenset({Scope.READ})
        server = self.server
        api_token = await self.write(
            people.create_api_token, server.people, server.keys, person.org_id, person.id, read
        )

        async def sign_in_path() -> str:
            secret = await self.write(people.invite, self.server.keys, person.org_id, person.id)
            return f"/sign-in/{secret}"

        return self._known(Visitor(self.base, person, sign_in_path, api_token))

    async def program(self, who: Visitor, *scopes: Scope) -> Program:
        """A program with an API token of somebody's, with all scopes if none are given."""
        granted, (org_id, person_id) = frozenset(scopes or Scope), (who.person.org_id, who.person.id)
        server = self.server
        api_token = await self.write(people.create_api_token, server.people, server.keys, org_id, person_id, granted)
        return self._known(Program(self.base, api_token))

    async def foreigner(self) -> Visitor:
        """Somebody of another organisation on the same server, which has a #general too."""
        org_id, (person,) = await self.write(organisation, self.server, "Elsewhere", ("ada",))
        member = Party(PartyKind.PERSON, person.id)
        await self.write(chat.create_channel, self.server.chats, org_id, "general", [member])
        return await self.visitor(person)

    def caller(self, who: Visitor) -> Caller:
        person = who.person
        return Caller(org_id=person.org_id, person_id=person.id, means=Means.SESSION, scopes=EVERYTHING_ON_PAGES)

    def chat(self, name: str, org_id: OrgId | None = None) -> Chat:
        """`#builds`, or the kind of the only chat that is of it: `direct`."""
        org_id = org_id or self.org_id
        if name.startswith("#"):
            found = self.server.chats.find_channel(org_id, name[1:])
        else:
            mine = self.server.chats.list_of(org_id, self.ada.person.id)
            found = next((chat for chat in mine if chat.kind is ChatKind(name)), None)
        assert found is not None, name
        return found

    def id_of(self, name: str) -> str:
        return self.chat(name).shown_id

    async def messages_in(self, name: str) -> list[Message]:
        place = self.chat(name)
        return await self.read(chat.list_messages, place.org_id, place.id, limit=1000)

    async def texts_in(self, name: str) -> list[str]:
        return [message.content.text for message in await self.messages_in(name)]

    async def channel(self, name: str, *members: Visitor) -> Chat:
        parties = [Party(PartyKind.PERSON, member.person.id) for member in members]
        return await self.write(chat.create_channel, self.server.chats, self.org_id, name, parties)

    async def team(self, number: int, *members: Visitor) -> TeamId:
        ids = [member.person.id for member in members]
        return await self.write(people.create_team, self.server.people, self.org_id, TeamId(number), "Team", ids)

    async def deactivate(self, who: Visitor) -> None:
        await self.write(people.deactivate, self.server.people, who.person.org_id, who.person.id)

    async def extension(
        self,
        name: str = "standup",
        *,
        owner: Visitor | None = None,
        teams: frozenset[TeamId] = frozenset(),
        address: str = "",
        consented: bool = True,
        **changes: Any,
    ) -> App:
        """Installs a copy of the tests' extension, not yet running; answers its production app. `changes` are to its
        manifest; `address` is for one that runs elsewhere. Everybody who is there has `consented` to what it asks for.
        """
        owner = owner or self.ada
        folder = self.folder / f"{name}-{owner.person.org_id}"
        shutil.copytree(STANDUP, folder, ignore=shutil.ignore_patterns("__pycache__"))
        declared = manifest_file.read(folder)
        declared = msgspec.structs.replace(declared, **{"name": name, "title": name.title(), **changes})
        sandbox, production = await self.write(
            extensions.register,
            self.server.apps,
            self.server.keys,
            owner.person.org_id,
            address or str(folder),
            declared,
            signing_key(),
        )
        for app in (sandbox, production):
            await self.write(extensions.install, self.server.chats, self.server.apps, app, owner.person.id, teams)
        if consented:
            await self.write(self._consent, production)
        self._standups.setdefault(owner.person.org_id, production)
        return production

    def _consent(self, tx: Tx, app: App) -> None:
        for person in self.server.people.all_of(app.org_id):
            consents.give(tx, person, app.extension, app.extension.manifest.permissions)

    async def running_extension(self, name: str = "standup", **options: Any) -> App:
        app = await self.extension(name, **options)
        self.server.supervisor.start(app.extension)
        return app

    def heard_by(self, app: App) -> list[dict[str, Any]]:
        """The calls that reached an extension's process, in order."""
        file = Path(app.extension.source) / "heard.jsonl"
        lines = file.read_bytes().splitlines() if file.exists() else []
        return [msgspec.json.decode(line) for line in lines]

    async def sandbox_of(self, app: App) -> App:
        apps = await self.read(extensions.list_apps, app.org_id)
        return next(other for other in apps if other.extension.id == app.extension.id and other.id != app.id)

    async def tool(
        self,
        app: App | None = None,
        *,
        owner: Visitor | None = None,
        origin: str | Chat | None = "#builds",
        sandbox: bool = False,
        **grant: Any,
    ) -> Tool:
        """A tool with a token of `owner` (Ada), as if made by a button in `origin`; of one and the same extension where
        none is given."""
        owner = owner or self.ada
        app = app or self._standups.get(owner.person.org_id) or await self.extension(owner=owner)
        granted: Grant = msgspec.structs.replace(app.grant, **grant)
        place = self.chat(origin) if isinstance(origin, str) else origin
        token, secret = await self.write(
            tokens.mint,
            self.server.register,
            self.server.keys,
            self.caller(owner),
            app.id,
            granted,
            sandbox=sandbox,
            origin=Origin(chat_id=place.id, message_id=MessageId(1), button=FIRST) if place else None,
        )
        return self._known(Tool(self.base, token, secret.reveal(), app))

    async def standing_tool(self) -> Tool:
        """One tool, of a running extension, for all examples of a law in a lasting world. Ada is signed in."""
        if self._standing is None:
            self._standing = await self.tool(await self.running_extension())
            await self.ada.sign_in()
        return self._standing

    async def standing_program(self) -> Program:
        """One program with an API token of Ada's that posts, likewise."""
        if self._standing_program is None:
            self._standing_program = await self.program(self.ada, Scope.POST)
        return self._standing_program

    async def revoke(self, tool: Tool, by: Visitor | None = None) -> None:
        register, people = self.server.register, self.server.people
        await self.write(tokens.revoke, register, people, self.caller(by or self.ada), tool.token.id)

    async def told(self, app: App) -> None:
        """Returns when nobody has yet to tell the extension of `app` that tokens of its have ended."""
        async with asyncio.timeout(PATIENCE_S):
            await self.server.endings.settled(app.org_id, app.extension.id)

    def _known(self, client: C) -> C:
        self._clients.append(client)
        return client


@cache
def signing_key() -> RSAPrivateKey:
    """One for all extensions of a run: making one takes long."""
    return signing.generate()
