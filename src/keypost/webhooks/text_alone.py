"""Bodies that are one short text, as most are: seen to be that in a fraction of the time that judging takes.

In a text that calls nobody and holds nothing like a secret nothing is left to judge. Of any other body nothing is said
here: it is read and judged in full.
"""

from typing import Final

import msgspec
from msgspec import Struct

from keypost.messages.judging import TEXT_ALONE_MAX
from keypost.messages.mentions import SIGN
from keypost.people.credential import API_TOKEN
from keypost.tokens.secret import PRODUCTION, SANDBOX
from keypost_sdk.content import Message as Content

KEY_ENDS: Final = b'":'
"""One in the whole body, or there is more than a text."""
NUL: Final = "\x00"


class _Body(Struct, forbid_unknown_fields=True):
    text: str


_decoder = msgspec.json.Decoder(_Body)


def text_alone(body: bytes, text_max: int) -> Content | None:
    """What such a body says; None for any other."""
    if body.count(KEY_ENDS) != 1:
        return None
    try:
        text = _decoder.decode(body).text
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    if len(text) > min(text_max, TEXT_ALONE_MAX) or not text.strip():
        return None
    has_more = NUL in text or SIGN in text or PRODUCTION in text or SANDBOX in text or API_TOKEN in text
    return Content(text=text) if not has_more else None
