"""Speaks to the server as any program does: over HTTP, with a person's API token. It knows no database."""

import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from keypost.cli import connection
from keypost.cli.connection import Connection
from keypost.errors import Fault, Invalid

T = TypeVar("T")

TIMEOUT_S: Final = 60
"""Longer than the longest answer: an extension may be asked first, which has 15 seconds for each of its two calls."""
REFUSED: Final = 400
UNAUTHENTICATED: Final = 401
FAILED: Final = 500
NAMES_MAX: Final = 20


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """The token is for this server and for no other that it may name."""


DIRECT: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())
"""Past every proxy: the token is for nobody else."""


class Refused(Exception):  # noqa: N818 - an answer, not an error
    """The server said no, and why."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence

    def adding(self, sentence: str) -> "Refused":
        return Refused(self.code, f"{self.sentence} {sentence}")


class Answer(Struct, frozen=True):
    body: bytes
    source: str

    def read(self, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(self.body, type=kind)
        except msgspec.DecodeError as error:
            raise _stranger(self.source) from error

    @property
    def json(self) -> Any:
        """None for an answer without a body."""
        return self.read(Any) if self.body else None


class Client:
    def __init__(self, known: Connection) -> None:
        self._known = known

    def get(self, *path: str, **query: object) -> Answer:
        return self._ask("GET", path, None, query)

    def post(self, *path: str, body: object = None) -> Answer:
        return self._ask("POST", path, body, {})

    def put(self, *path: str, body: object = None) -> Answer:
        return self._ask("PUT", path, body, {})

    def delete(self, *path: str) -> Answer:
        return self._ask("DELETE", path, None, {})

    def lines(self, *path: str, **query: object) -> Generator[bytes, None, None]:
        """An answer of lines as they come. It may go on for ever, and be silent for long; whoever stops closes it."""
        with self._open("GET", path, None, query, timeout_s=None) as answer, self._reaching():
            yield from answer

    def _ask(self, method: str, path: Sequence[str], body: object, query: dict[str, object]) -> Answer:
        with self._open(method, path, body, query, timeout_s=TIMEOUT_S) as answer, self._reaching():
            return Answer(answer.read(), self._known.base_url)

    def _open(
        self, method: str, path: Sequence[str], body: object, query: dict[str, object], *, timeout_s: float | None
    ) -> HTTPResponse:
        """`path` by its pieces: whatever a name holds, it stays one piece."""
        if not all(path):
            raise Invalid("invalid_inputs", "A name or an id is empty.")
        address = "/".join((self._known.base_url, *(quote(piece, safe="") for piece in path)))
        asked = {name: value for name, value in query.items() if value is not None}
        request = urllib.request.Request(  # noqa: S310 - `connection` lets http and https through alone.
            address + ("?" + urlencode(asked) if asked else ""),
            msgspec.json.encode(body) if body is not None else None,
            {"Authorization": f"Bearer {self._known.token.reveal()}", "Content-Type": "application/json"},
            method=method,
        )
        with self._reaching():
            response: HTTPResponse = DIRECT.open(request, timeout=timeout_s)
            return response

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except urllib.error.HTTPError as error:
            with error:
                raise self._refusal(error.code, error.read()) from None
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise Fault(
                f"Keypost does not answer on {self._known.base_url} ({reason}). "
                f"Is {connection.URL} right? Or {connection.START}"
            ) from error

    def _refusal(self, status: int, body: bytes) -> Exception:
        try:
            problem = msgspec.json.decode(body, type=_Problem)
        except msgspec.DecodeError:
            return _stranger(self._known.base_url)
        if status >= FAILED:
            return Fault(f"{problem.message} ({problem.code})")
        refused = Refused(problem.code, problem.message)
        if status == UNAUTHENTICATED:
            return refused.adding(f"It came from {self._known.source}. It must be a person's API token, kpa_….")
        return refused


class _Problem(Struct):
    code: str
    message: str


def connected() -> Client:
    return Client(connection.find())


@contextmanager
def naming(code: str, names: Callable[[], Sequence[str]]) -> Iterator[None]:
    """Adds to a refusal with this code what there is instead."""
    try:
        yield
    except Refused as refused:
        if refused.code != code:
            raise
        raise refused.adding(_there_is(names)) from None


def _there_is(names: Callable[[], Sequence[str]]) -> str:
    try:
        known = names()
    except Refused:
        return ""
    more = f", and {len(known) - NAMES_MAX} more" if len(known) > NAMES_MAX else ""
    return f"There is: {', '.join(known[:NAMES_MAX])}{more}." if known else "There is none yet."


def _stranger(base_url: str) -> Fault:
    return Fault(f"{base_url} does not answer as Keypost does. Is {connection.URL} right?")
