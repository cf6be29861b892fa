"""What a sender calls one delivery, so that it can send it again without harm.

A sender that got no answer sends once more, and cannot know whether the first was stored. With a name for the delivery
a repeat gets the answer of the first: by the header `Idempotency-Key`, or by the delivery's own id where the sender has
one. `X-Gitlab-Event-UUID` is none: GitLab gives the same to hooks that follow from one another.
"""

import hashlib
from collections.abc import Collection, Iterable
from typing import Final

from msgspec import Struct
from starlette.requests import Request

from keypost.caller import Caller
from keypost.chat.model import Delivery
from keypost.errors import Invalid
from keypost.ids import OrgId

KEY_MAX: Final = 255
HEADERS: Final = ("Idempotency-Key", "webhook-id", "X-GitHub-Delivery", "X-Gitea-Delivery", "X-Forgejo-Delivery")
"""The first that a request has is its delivery's name."""
_HEADERS: Final = {header.lower().encode(): header for header in HEADERS}
_FIELDS: Final = frozenset(_HEADERS)


class Naming(Struct, frozen=True):
    """What all have in common that one sender sends to one address (`where`)."""

    org_id: OrgId
    sender: tuple[str, int]
    where: bytes

    def delivery(self, fields: Collection[tuple[bytes, bytes]], said: bytes) -> Delivery | None:
        """None for a request whose sender has no name for it. `fields` are names in small letters, and what they say;
        `said` is the body, or what a form comes to.
        """
        named = [(name, value.decode("latin-1")) for name, value in fields if name in _FIELDS]
        for field, header in _HEADERS.items():
            if given := [value for name, value in named if name == field]:
                key, fingerprint = _digest([_name(header, given)]), _digest([self.where, said])
                return Delivery(org_id=self.org_id, sender=self.sender, key=key, fingerprint=fingerprint)
        return None


def naming_of(request: Request, caller: Caller) -> Naming:
    sender = ("token", caller.token_id) if caller.token_id is not None else ("person", caller.person_id)
    where = f"{request.method} {request.scope['path']}?".encode() + request.scope["query_string"]
    return Naming(caller.org_id, sender, where)


def delivery_of(request: Request, caller: Caller, said: bytes) -> Delivery | None:
    return naming_of(request, caller).delivery(request.headers.raw, said)


def has_name(fields: Iterable[bytes]) -> bool:
    """Of the names of a request's fields, in small letters."""
    return not _FIELDS.isdisjoint(fields)


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
