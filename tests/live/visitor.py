"""What stands outside of the server and talks to it: tools, and people whose browser is a few lines of HTTP."""

import json
import re
import threading
from collections.abc import Mapping, Sequence
from html import unescape
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, Final
from urllib.parse import urlsplit

from msgspec import Struct
from tests.live.until import PATIENCE_S, until

JSON: Final = ("Content-Type", "application/json")

Headers = Sequence[tuple[str, str]]


class Answer(Struct, frozen=True):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


def ask(method: str, url: str, body: bytes | None = None, headers: Headers = ()) -> Answer:
    """One request with exactly these headers, also twice the same; redirects are answers like others."""
    connection, response = _open(method, url, body, headers)
    try:
        return Answer(response.status, dict(response.getheaders()), response.read())
    finally:
        connection.close()


def post(url: str, content: object, headers: Headers = ()) -> Answer:
    return ask("POST", url, json.dumps(content).encode(), [JSON, *headers])


class Visitor:
    """A person with a session, as the pages' scripts speak for them."""

    def __init__(self, base_url: str, sign_in_url: str) -> None:
        self._base_url = base_url
        signed_in = ask("POST", sign_in_url)
        assert signed_in.status == 303, signed_in.text
        self.session = signed_in.headers["set-cookie"].partition(";")[0]

    def get(self, path: str) -> Answer:
        return ask("GET", self._base_url + path, headers=[("Cookie", self.session), ("Accept", "text/html")])

    def post(self, path: str, content: object) -> Answer:
        return post(self._base_url + path, content, [("Cookie", self.session)])

    def watch(self, since: int = 0) -> "Stream":
        return Stream(f"{self._base_url}/live?since={since}", [("Cookie", self.session)])


class Stream:
    """A live stream that is read in the background; `heard` is all that came so far."""

    def __init__(self, url: str, headers: Headers) -> None:
        self.heard = b""
        self._connection, self._response = _open("GET", url, None, headers)
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        until(lambda: self.heard, "the stream begins")

    @property
    def is_open(self) -> bool:
        return self._thread.is_alive()

    def close(self) -> None:
        """Waits for the server to end it."""
        self._thread.join(PATIENCE_S)
        self._connection.close()
        assert not self.is_open

    def _listen(self) -> None:
        try:
            while piece := self._response.read1():
                self.heard += piece
        except (OSError, HTTPException):  # A server that was killed says no goodbye.
            return


class Connected(Struct, frozen=True):
    """What a person gets who presses an extension's token button, accepts, and asks to see it."""

    address: str
    header: str
    secret: str
    nonces: tuple[str, str]
    """What the dialog and the look were asked with; both are used up."""

    @property
    def token_id(self) -> str:
        return _only(r"token=(tok_\d+)", self.address)


def ask_for_gitlab(visitor: Visitor, chat: str) -> Answer:
    """Types /gitlab for the first time: the answer is the question whether the extension may know who it is."""
    return visitor.post(f"/chats/{chat}/say", {"text": "/gitlab"})


def agree(visitor: Visitor, question: Answer) -> Answer:
    return visitor.post("/dialogs/accept", {"nonce": attribute(question.json()["html"], "data-nonce")})


def call_gitlab(visitor: Visitor, chat: str) -> Answer:
    return agree(visitor, ask_for_gitlab(visitor, chat))


def connect_gitlab(visitor: Visitor, chat: str, message: str) -> Connected:
    """Through the pages: presses the first button of the message, accepts, looks at the result once."""
    pressed = visitor.post(f"/chats/{chat}/messages/{message}/press", {"button": "buttons[0]"})
    nonce = attribute(pressed.json()["html"], "data-nonce")
    accepted = visitor.post("/dialogs/accept", {"nonce": nonce, "choice": "add"})
    look = attribute(accepted.json()["html"], "data-reveal")
    shown = visitor.post("/dialogs/reveal", {"nonce": look}).json()["html"]
    return Connected(
        text_of(shown, "connection-address"),
        text_of(shown, "connection-header-name"),
        text_of(shown, "connection-header-value"),
        (nonce, look),
    )


def attribute(html: str, name: str) -> str:
    return unescape(_only(rf'{name}="([^"]*)"', html))


def text_of(html: str, element: str) -> str:
    return unescape(_only(rf'id="{element}"[^>]*>([^<]*)<', html))


def _only(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, text
    return found[1]


def _open(method: str, url: str, body: bytes | None, headers: Headers) -> tuple[HTTPConnection, HTTPResponse]:
    address = urlsplit(url)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE_S)
    connection.putrequest(method, url.partition(address.netloc)[2] or "/")
    for name, value in headers:
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    return connection, connection.getresponse()
