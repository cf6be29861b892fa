"""The one way out of the building: one signed POST, one bounded answer, no second thought.

What a receiver could use against us is off: redirects, proxies and passwords from the environment, cookies,
compression. What it could do without end is bounded: time, the size of its answer, its headers, its nesting.
"""

import asyncio
import re
from datetime import timedelta
from io import BytesIO
from types import TracebackType
from typing import Final, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from keypost.delivery.answer import Answer, Failed, read_answer, read_refusal
from keypost.delivery.resolver import CheckedResolver, ForbiddenAddressError, loopback_socket, public_socket
from keypost.delivery.signing import HEADER
from keypost.delivery.targets import NOT_PUBLIC, Refused, Target, judge_url

DEADLINE: Final = timedelta(seconds=15)
"""For the whole call, from the name's lookup to the last byte of the answer."""

ANSWER_MAX: Final = 1024 * 1024

CHUNK: Final = 64 * 1024

OK: Final = 200
"""The wire's one success."""
REFUSED: Final = 422
"""A handler that says no on purpose, if its body says so too."""

HEADERS: Final = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "User-Agent": "Keypost",
}

_SECONDS: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


class Outbound:
    """Make it inside the running loop and close it there. Calls may run side by side; nothing is shared between them.

    How many calls run at once is for the callers to bound: a pool here would let one dead receiver hold up the rest.
    """

    def __init__(
        self, *, resolver: AbstractResolver | None = None, deadline: timedelta = DEADLINE, answer_max: int = ANSWER_MAX
    ) -> None:
        self._deadline = deadline
        self._answer_max = answer_max
        self._resolver = CheckedResolver(resolver or aiohttp.DefaultResolver())
        self._public = _session(self._resolver, public_socket)
        self._local = _session(self._resolver, loopback_socket)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._public.close()
        await self._local.close()
        await self._resolver.close()

    async def call(
        self, url: str, body: bytes, signature: str, *, local: frozenset[tuple[str, int]] = frozenset()
    ) -> Answer:
        """Send `body` once, as it is. `local` holds the loopback addresses that this server gave to its extensions."""
        target = judge_url(url, local=local)
        if isinstance(target, Refused):
            return Failed("refused_target", target.reason)

        try:
            async with asyncio.timeout(self._deadline.total_seconds()):
                return await self._exchange(target, body, signature)
        except TimeoutError:
            return Failed("timeout", f"There was no whole answer within {self._deadline.total_seconds():g} s.")
        except (aiohttp.ClientError, OSError) as error:
            return _failure(error)

    async def _exchange(self, target: Target, body: bytes, signature: str) -> Answer:
        session = self._local if target.local else self._public
        address = URL(target.url, encoded=True)
        payload = BytesIO(body)  # Sent piece by piece: a large body in one write would hold up the event loop.
        async with session.post(address, data=payload, headers={HEADER: signature}, allow_redirects=False) as response:
            if response.status not in {OK, REFUSED}:
                return _status(response)
            if "Content-Encoding" in response.headers:
                return Failed("not_json", "The answer is compressed, though none was asked for.")
            answer = await self._read(response)
        if isinstance(answer, Failed):
            return answer
        return read_answer(answer) if response.status == OK else read_refusal(answer) or _status(response)

    async def _read(self, response: aiohttp.ClientResponse) -> bytes | Failed:
        body = bytearray()
        async for chunk in response.content.iter_chunked(CHUNK):
            body += chunk
            if len(body) > self._answer_max:
                return Failed("too_large", f"The answer has more than {self._answer_max} bytes.")
        return bytes(body)


def _session(resolver: AbstractResolver, socket_factory: aiohttp.SocketFactoryType) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        resolver=resolver,
        use_dns_cache=False,
        socket_factory=socket_factory,
        # A kept connection may be dead, and a POST cannot be repeated to find out: each call opens its own.
        force_close=True,
        limit=0,
    )
    return aiohttp.ClientSession(
        connector=connector,
        headers=HEADERS,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        read_bufsize=CHUNK,
        timeout=aiohttp.ClientTimeout(total=None),  # The deadline of the whole call is the only one.
    )


def _status(response: aiohttp.ClientResponse) -> Failed:
    asked = response.headers.get("Retry-After", "")
    return Failed(
        "status",
        f"The answer was HTTP {response.status}; only {OK} is good, and redirects are not followed.",
        status=response.status,
        retry_after=timedelta(seconds=int(asked) if _SECONDS.fullmatch(asked) else 0),
    )


def _failure(error: aiohttp.ClientError | OSError) -> Failed:
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, ForbiddenAddressError):
        return Failed("refused_target", NOT_PUBLIC.reason)
    # Its class alone: the text of such an error holds the address, at times a header.
    return Failed("unreachable", f"The connection failed ({type(error).__name__}).")
