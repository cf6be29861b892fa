"""What a sender calls one delivery, so that it can send it again without harm.

A sender that got no answer sends once more, and cannot know whether the first was stored. With a name for the delivery
a repeat gets the answer of the first: by the header `Idempotency-Key`, or by the delivery's own id where the sender has
one. `X-Gitlab-Event-UUID` is none: GitLab gives the same to hooks that follow from one another.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from starlette.requests import Request

from keypost.caller import Caller
from keypost.errors import Conflict, Invalid

KEY_MAX: Final = 255
HEADERS: Final = ("Idempotency-Key", "webhook-id", "X-GitHub-Delivery", "X-Gitea-Delivery", "X-Forgejo-Delivery")
"""The first that a request has is its delivery's name."""
_FIELDS: Final = frozenset(header.lower().encode() for header in HEADERS)


class Delivery(Struct, frozen=True):
    """`sender` is the token, or the person of an API token, within whose deliveries the name means something. `key` and
    `fingerprint` are digests of the name and of what was sent.
    """

    caller: Caller
    key: bytes
    fingerprint: bytes

    @property
    def sender(self) -> tuple[str, int]:
        caller = self.caller
        return ("token", caller.token_id) if caller.token_id is not None else ("person", caller.person_id)


def delivery_of(request: Request, caller: Caller, said: bytes) -> Delivery | None:
    """None for a request whose sender has no name for it. `said` is its body, or what a form comes to."""
    for header in HEADERS:
        if given := request.headers.getlist(header):
            where = f"{request.method} {request.scope['path']}?".encode() + request.scope["query_string"]
            return Delivery(caller, _digest([_name(header, given)]), _digest([where, said]))
    return None


def has_name(fields: Iterable[bytes]) -> bool:
    """Of the names of a request's fields, in small letters."""
    return not _FIELDS.isdisjoint(fields)


class UnderWay:
    """The deliveries that are being stored at this moment: of two at once, the second is told to come again."""

    def __init__(self) -> None:
        self._known: set[tuple[int, tuple[str, int], bytes]] = set()

    def begin(self, delivery: Delivery) -> None:
        if _id(delivery) in self._known:
            raise Conflict("delivery_under_way", "The same delivery is being stored right now. Send it again later.")
        self._known.add(_id(delivery))

    def end(self, delivery: Delivery) -> None:
        self._known.discard(_id(delivery))


def _id(delivery: Delivery) -> tuple[int, tuple[str, int], bytes]:
    return delivery.caller.org_id, delivery.sender, delivery.key


def _name(header: str, given: list[str]) -> bytes:
    """The text of the name. A structured field has it in quotes; many senders leave them out."""
    name = given[0].strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = name[1:-1]
    if len(given) > 1:
        raise Invalid("invalid_inputs", f"{header} is there {len(given)} times; it can be there once")
    if not name or len(name) > KEY_MAX or not name.isascii() or not name.isprintable():
        raise Invalid("invalid_inputs", f"{header} must be 1 to {KEY_MAX} printable ASCII characters")
    return name.encode()


def _digest(parts: Iterable[bytes]) -> bytes:
    found = hashlib.sha256()
    for part in parts:
        found.update(b"%d:" % len(part))
        found.update(part)
    return found.digest()
