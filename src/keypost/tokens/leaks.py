"""Secrets of tokens in places where they do not belong: what would be stored, or shown to others."""

import re
from typing import Any, Final

import msgspec

from keypost.errors import Invalid
from keypost.keys import Keys
from keypost.log import mask
from keypost.people import credential
from keypost.people.directory import People
from keypost.tokens.register import Register
from keypost.tokens.secret import PRODUCTION, SANDBOX, SHAPE, parse

ANYWHERE: Final = re.compile(f"(?=({SHAPE.pattern}))")
"""Also where two overlap: a lookalike in front must not swallow the beginning of a secret."""
API_TOKEN_ANYWHERE: Final = re.compile(f"(?=({credential.API_TOKEN_SHAPE.pattern}))")
STARTS: Final = tuple(start.encode() for start in (PRODUCTION, SANDBOX, credential.API_TOKEN))


def holds_secret(content: Any, keys: Keys, register: Register, people: People) -> bool:
    """Whether there is the secret in it of any extension token that this server ever made, or of an API token."""
    written = msgspec.json.encode(content)
    if not _may_hold(written):
        return False
    text = written.decode()
    found = (parse(piece) for piece in ANYWHERE.findall(text))
    return any(register.knows(keys.digest(secret.reveal())) for secret in found if secret is not None) or any(
        people.api_tokens.find(keys.digest(piece)) is not None for piece in API_TOKEN_ANYWHERE.findall(text)
    )


def refuse_secrets(content: Any, keys: Keys, register: Register, people: People) -> None:
    """A token that somebody pasted into a message would be everybody's."""
    if holds_secret(content, keys, register, people):
        raise Invalid("secret_in_message", "The message holds a token's secret, so it was not stored.")


def masked(body: bytes) -> bytes:
    """A body as it came, but for secrets of ours, which become dots."""
    return mask(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape") if _may_hold(body) else body


def _may_hold(text: bytes) -> bool:
    return any(start in text for start in STARTS)
