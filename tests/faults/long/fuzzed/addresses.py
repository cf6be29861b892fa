"""Addresses, from the target of a request to its route, the ids in its path and the numbers in its query."""

from typing import Any, Final
from urllib.parse import unquote

import httptools
from starlette.requests import Request

from keypost import ids
from keypost.errors import Refusal
from keypost.ids import ID_MAX
from keypost.routes import ROUTES
from keypost.web.credentials import QUERY_NAMES, take_secrets
from keypost.web.query import limit_of
from keypost.web.routing import Routes, paths

FOUND: Final = Routes(ROUTES)
MOST: Final = 100
READERS: Final = (ids.read_chat, ids.read_channel, ids.read_message, ids.read_token, ids.read_file, ids.read_number)
QUERIES: Final = (
    b"zapikey=kpt_x&limit=5",
    b"zapi%6bey=a&&=&limit=%35",
    b"limit=-1&limit=1&a=%",
    b"appkey=k&bot_unique_name=b",
    "limit=٣".encode(),
)


def seeds() -> list[bytes]:
    names = {"chat": "CT_1_2-T-3", "channel": "O12", "message": "17_4", "token": "tok_9", "file": "fil_7"}
    addresses = [path for route in ROUTES for path in paths(route)]
    filled = [path.replace(":path", "").format_map(Usual(names)).encode() for path in addresses]
    return [path + b"?" + QUERIES[number % len(QUERIES)] for number, path in enumerate(filled)]


def take(data: bytes) -> bool:
    """Whether something stands there."""
    try:
        address = httptools.parse_url(data)
        path = unquote((address.path or b"").decode("ascii"))
    except (httptools.HttpParserInvalidURLError, ValueError):
        return False
    _look_at(address.query or b"")
    match = FOUND.find(path)
    if match is None:
        return False
    for name, text in match.names.items():
        assert text, f"{name} is empty in {path!r}"
        for read in READERS:
            number = read(text)
            assert number is None or 0 <= number <= ID_MAX, f"{read.__name__} reads {text!r} as {number}"
    return True


def _look_at(query: bytes) -> None:
    kept, _ = take_secrets(query)
    request = Request({"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": kept})
    assert QUERY_NAMES.isdisjoint(request.query_params), f"a secret is left in {kept!r}"
    try:
        assert 1 <= limit_of(request, MOST) <= MOST
    except Refusal:
        return


class Usual(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return name
