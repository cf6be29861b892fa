"""Who calls the server in tests: visitors with a browser's cookie, tools with a token. All over a real socket."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy
from tests.live.until import PATIENCE_S
from yarl import URL

from keypost.extensions.model import App
from keypost.people.model import Person
from keypost.tokens.model import Token

Headers = Iterable[tuple[str, str]]
DIALOG_NONCE: Final = re.compile(r'data-nonce="([^"]+)"')
REVEAL_NONCE: Final = re.compile(r'data-reveal="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def refused_with(self) -> str:
        """The code of a refusal; empty for a success."""
        return str(self.json["code"]) if self.status >= 400 else ""

    @property
    def sentence(self) -> str:
        return str(self.json["message"])

    @property
    def nonce(self) -> str:
        """The one-time nonce of the dialog, or of the look at a new token, that this answer shows."""
        html = self.json["html"]
        found = DIALOG_NONCE.search(html) or REVEAL_NONCE.search(html)
        assert found is not None, html
        return found[1]


class Client:
    """Sends what it is told to, byte for byte, and follows nothing."""

    def __init__(self, base: str) -> None:
        self.base = base
        # Made in the loop, at first use; cookies of an IP address are kept as a browser keeps them.
        self._session: aiohttp.ClientSession | None = None

    async def send(self, method: str, path: str, body: object = None, headers: Headers = ()) -> Answer:
        """`body`: bytes are sent as they are, None sends none, everything else is sent as JSON."""
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        sent = BytesIO(content) if content is not None else None
        address = URL(self.base + path, encoded=True)
        async with (
            asyncio.timeout(PATIENCE_S),
            self.session.request(
                method, address, data=sent, headers=CIMultiDict(headers), allow_redirects=False
            ) as got,
        ):
            return Answer(got.status, got.headers, await got.read())

    async def get(self, path: str, headers: Headers = ()) -> Answer:
        return await self.send("GET", path, None, headers)

    async def post(self, path: str, body: object = None, headers: Headers = ()) -> Answer:
        return await self.send("POST", path, body, headers)

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            jar = aiohttp.CookieJar(unsafe=True)
            self._session = aiohttp.ClientSession(
                cookie_jar=jar, connector=aiohttp.TCPConnector(limit=0), skip_auto_headers=("User-Agent",)
            )
        return self._session

    async def leave(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


@dataclass(frozen=True)
class Happening:
    """One server-sent event."""

    name: str
    number: int | None
    data: Any


class Stream:
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def next(self) -> Happening | None:
        """What happens next; None when the server ends the stream."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                fields = await self._frame()
                if fields is None or "event" in fields:
                    break
        if fields is None:
            return None
        number = int(fields["id"]) if "id" in fields else None
        return Happening(fields["event"], number, json.loads(fields["data"]))

    async def _frame(self) -> dict[str, str] | None:
        fields: dict[str, str] = {}
        while line := (await self.response.content.readline()).decode():
            if line == "\n":
                return fields
            name, _, value = line.rstrip("\n").partition(": ")
            fields[name] = value
        return None


class Visitor(Client):
    """A person with a browser. `link` gives the address of a new sign-in link."""

    def __init__(self, base: str, person: Person, sign_in_path: Any, api_token: str) -> None:
        super().__init__(base)
        self.person = person
        self.api_token = api_token
        self.sign_in_path = sign_in_path

    async def sign_in(self) -> Answer:
        return await self.post(await self.sign_in_path())

    async def sign_in_address(self) -> str:
        """For a browser."""
        return f"{self.base}{await self.sign_in_path()}"

    async def arrive(self) -> None:
        """Signs in, unless they are in already."""
        if not len(self.session.cookie_jar):
            await self.sign_in()

    async def say(self, chat: str, text: str) -> Answer:
        return await self.post(f"/chats/{chat}/say", {"text": text})

    async def press(self, chat: str, message: str, button: str = "buttons[0]") -> Answer:
        return await self.post(f"/chats/{chat}/messages/{message}/press", {"button": button})

    async def react(self, chat: str, message: str, emoji: str = "👍", *, is_on: bool = True) -> Answer:
        return await self.post(f"/chats/{chat}/messages/{message}/react", {"emoji": emoji, "is_on": is_on})

    async def vote(self, chat: str, message: str, option: object) -> Answer:
        return await self.post(f"/chats/{chat}/messages/{message}/vote", {"option": option})

    async def accept(self, nonce: str, choice: str = "add", **given: object) -> Answer:
        """`given` is what else the dialog asks for: `input`, `settings`."""
        return await self.post("/dialogs/accept", {"nonce": nonce, "choice": choice, **given})

    async def reveal(self, nonce: str) -> Answer:
        return await self.post("/dialogs/reveal", {"nonce": nonce})

    async def read(self, chat: str, **query: object) -> Answer:
        """Reads a chat back as a program does, with the person's API token."""
        headers = [("Authorization", f"Zoho-oauthtoken {self.api_token}")]
        return await Client.send(self, "GET", f"/api/v2/chats/{chat}/messages?{urlencode(query)}", None, headers)

    @asynccontextmanager
    async def watching(self, since: int | None = None, headers: Headers = ()) -> AsyncIterator[Stream]:
        """Opens a live stream; it is registered with the server before this returns."""
        query = f"?since={since}" if since is not None else ""
        async with self.session.get(self.base + "/live" + query, headers=CIMultiDict(headers)) as response:
            assert response.status == 200
            yield Stream(response)


class Tool(Client):
    """A third-party app with a token that a person made for it. `chat_of` turns `#name` into a chat's id."""

    def __init__(self, base: str, token: Token, secret: str, app: App) -> None:
        super().__init__(base)
        self.token = token
        self.secret = secret
        self.app = app

    @property
    def incoming_path(self) -> str:
        return f"/api/v2/applications/{self.app.id}/incoming?appkey={self.app.appkey}"

    @property
    def bot_path(self) -> str:
        return f"/api/v2/bots/{self.app.bot_name}/incoming?appkey={self.app.appkey}"

    async def say(self, place: str, content: object, *, company: object = None, query: str = "") -> Answer:
        """Posts a text, a message or raw bytes to `#channel` or `CT_…`."""
        body = {"text": content} if isinstance(content, str) else content
        return await self.carry(posting_path(place, company) + query, body)

    async def event(self, body: object = None, *, query: str = "", headers: Headers = ()) -> Answer:
        """Sends an event to the extension's incoming handler."""
        return await self.carry(self.incoming_path + query, body, headers)

    async def event_to_bot(
        self, body: object = None, *, v3: bool = False, query: str = "", headers: Headers = ()
    ) -> Answer:
        """Sends an event to the incoming handler of the extension's bot; the newer wire takes an object alone."""
        path = self.bot_path.replace("/v2/", "/v3/") if v3 else self.bot_path
        return await self.carry(path + query, body, headers)

    async def carry(self, path: str, body: object, headers: Headers = ()) -> Answer:
        return await self.post(path, body, [("X-Keypost-Token", self.secret), *headers])


class Program(Client):
    """A program with a person's API token, which speaks the API."""

    def __init__(self, base: str, api_token: str) -> None:
        super().__init__(base)
        self.api_token = api_token

    async def call(self, method: str, path: str, body: object = None) -> Answer:
        return await self.send(method, "/api/v1" + path, body, [("Authorization", f"Bearer {self.api_token}")])


def posting_path(place: str, company: object = None) -> str:
    prefix = f"/company/{company}" if company is not None else ""
    kind = f"channelsbyname/{place[1:]}" if place.startswith("#") else f"chats/{place}"
    return f"{prefix}/api/v2/{kind}/message"
