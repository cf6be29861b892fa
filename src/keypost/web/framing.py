"""Where a request begins and ends: what two readers of one stream could understand differently, and what is plain."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

import httptools
import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from keypost.errors import Busy, Refusal, TooMany
from keypost.web.fast_lane import ADDRESS_MAX, BODY_MAX
from keypost.web.headers import FIXED, PLAIN, lines_of
from keypost.web.problem import STATUS, Problem

VERSIONS: Final = frozenset({"1.0", "1.1"})
"""The parser reads more."""
CAREFUL: Final = frozenset({b"transfer-encoding", b"upgrade"})
"""Fields that need a second look at how the request is framed."""
LONG: Final = frozenset({b"content-encoding", b"expect"})
"""Fields of requests whose bodies are still to come, or are not as they look."""
LENGTH_DIGITS: Final = len(str(BODY_MAX))

_FIELDS: Final = lines_of(
    (name.lower().encode(), value.encode())
    for name, value in {"Content-Type": "application/json", "Connection": "close", **PLAIN, **FIXED}.items()
)


def is_plain(url: bytes) -> bool:
    """Whether it is short, and nothing but a path with perhaps a query."""
    return len(url) <= ADDRESS_MAX and b"#" not in url


def with_path(url: bytes) -> bytes:
    """An address of a host alone means its root (RFC 9110, 4.2.3); whoever takes it apart expects to find a path."""
    if url.startswith(b"/") or b"://" not in url:
        return url
    host, mark, query = url.partition(b"?")
    return url if b"/" in host.partition(b"://")[2] else host + b"/" + mark + query


def is_short(fields: Mapping[bytes, bytes]) -> bool:
    """Whether the body has a length, a small one, and comes at once and as it is."""
    length = fields.get(b"content-length", b"")
    return 0 < len(length) <= LENGTH_DIGITS and int(length) <= BODY_MAX and LONG.isdisjoint(fields)


def trouble_with(headers: list[tuple[bytes, bytes]], parser: httptools.HttpRequestParser) -> str:
    """What the parser lets pass and two readers could understand differently; empty if there is nothing."""
    names, version = Counter(name for name, _ in headers), parser.get_http_version()
    if version not in VERSIONS:
        return f"This server speaks HTTP/1.1, and not HTTP/{version}."
    if names[b"host"] > 1 or (version == "1.1" and not names[b"host"]):
        return "The request must have one Host header."
    codings = [value.strip().lower() for name, value in headers if name == b"transfer-encoding"]
    if codings and (codings != [b"chunked"] or version == "1.0"):
        return "Transfer-Encoding can be chunked only, and only in HTTP/1.1."
    if parser.should_upgrade() and (codings or names[b"content-length"]):  # The parser would not read its body.
        return "A request with a body cannot ask for another protocol here. Let your client speak HTTP/1.1 alone."
    return ""


def refusing(refusal: Refusal) -> bytes:
    body = msgspec.json.encode(Problem(refusal.sentence, refusal.code))
    retry = b"retry-after: %d\r\n" % refusal.retry_after_s if isinstance(refusal, TooMany | Busy) else b""
    head = b"content-length: %d\r\n" % len(body)
    return b"".join((STATUS_LINE[STATUS[type(refusal)]], head, retry, _FIELDS, b"\r\n", body))
