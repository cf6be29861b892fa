"""Secrets of tokens in places where they do not belong: what would be stored, or shown to others."""

import re
from typing import Any, Final

import msgspec

from keypost.errors import Invalid
from keypost.keys import Keys
from keypost.log import mask
from keypost.tokens.register import Register
from keypost.tokens.secret import PRODUCTION, SANDBOX, SHAPE, parse

ANYWHERE: Final = re.compile(f"(?=({SHAPE.pattern}))")
"""Also where two overlap: a lookalike in front must not swallow the beginning of a secret."""
STARTS: Final = (PRODUCTION.encode(), SANDBOX.encode())


def holds_secret(content: Any, keys: Keys, register: Register) -> bool:
    """Whether there is the secret of any token in it that this server ever made."""
    text = msgspec.json.encode(content)
    if not _may_hold(text):
        return False
    found = (parse(piece) for piece in ANYWHERE.findall(text.decode()))
    return any(register.knows(keys.digest(secret.reveal())) for secret in found if secret is not None)


def refuse_secrets(content: Any, keys: Keys, register: Register) -> None:
    """A token that somebody pasted into a message would be everybody's."""
    if holds_secret(content, keys, register):
        raise Invalid("secret_in_message", "The message holds a token's secret, so it was not stored.")


def masked(body: bytes) -> bytes:
    """A body as it came, but for secrets of ours, which become dots."""
    return mask(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape") if _may_hold(body) else body


def _may_hold(text: bytes) -> bool:
    return STARTS[0] in text or STARTS[1] in text
