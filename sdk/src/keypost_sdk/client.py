"""Post to Keypost with a token.

async with Client("https://keypost.example", secret) as keypost:
    await keypost.post_to_channel("builds", Message(text="*Build 7* passed"))
"""

from types import TracebackType
from typing import Final, Self
from urllib.parse import quote, urlsplit

import aiohttp
import msgspec
from yarl import URL

from keypost_sdk.content import Message
from keypost_sdk.secret import Secret

TOKEN_HEADER: Final = "X-Keypost-Token"
TIMEOUT_S: Final = 15.0
ANSWER_MAX: Final = 64 * 1024


class Refused(Exception):  # noqa: N818 - a refusal is an answer on purpose
    """The server said no. `code` is stable and documented; the sentence is for a person.

    `retry_after_s` is how long to wait before the next try, where the server says so.
    """

    def __init__(self, status: int, code: str, sentence: str, retry_after_s: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.sentence = sentence
        self.retry_after_s = retry_after_s


class _Problem(msgspec.Struct, frozen=True):
    code: str = ""
    message: str = ""


class Client:
    """Speaks for one token. Troubles of the network stay what they are: `aiohttp.ClientError` and `TimeoutError`."""

    def __init__(self, base_url: str, secret: Secret) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("base_url is the address of a Keypost server, such as https://keypost.example")
        self._base_url = base_url.rstrip("/")
        self._secret = secret
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def post_to_channel(self, name: str, message: Message) -> None:
        """To a channel by its unique name. Returns once it is stored; raises `Refused`."""
        await self._post(f"/api/v2/channelsbyname/{quote(name, safe='')}/message", message)

    async def post_to_chat(self, chat_id: str, message: Message) -> None:
        """To a chat of any kind by its id (`CT_…`). Returns once it is stored; raises `Refused`."""
        await self._post(f"/api/v2/chats/{quote(chat_id, safe='')}/message", message)

    async def _post(self, path: str, message: Message) -> None:
        if self._session is None:
            raise RuntimeError("Open the client first: async with Client(…) as keypost.")
        url = URL(self._base_url + path, encoded=True)
        headers = {TOKEN_HEADER: self._secret.reveal(), "Content-Type": "application/json"}
        body = msgspec.json.encode(message)
        # No redirects: the header with the secret is for this server alone.
        async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            if answer.status not in {200, 204}:
                raise await _refusal(answer)


async def _refusal(answer: aiohttp.ClientResponse) -> Refused:
    wait = answer.headers.get("Retry-After", "")
    try:
        problem = msgspec.json.decode(await answer.content.read(ANSWER_MAX), type=_Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        problem = _Problem()
    sentence = problem.message or f"The server answered with status {answer.status}."
    return Refused(answer.status, problem.code, sentence, int(wait) if wait.isascii() and wait.isdigit() else None)
