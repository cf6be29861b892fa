"""The text of a token: a prefix that says what it is, 256 random bits, and a checksum.

`kpt_` (production) or `kpx_` (sandbox), 43 letters and digits, then 6 of a CRC-32 over all before them. The checksum
lets scanners turn a made-up text away without asking this server.
"""

import re
import secrets
import string
import zlib
from typing import Final

from keypost_sdk.secret import Secret

PRODUCTION: Final = "kpt_"
SANDBOX: Final = "kpx_"
ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM_LENGTH: Final = 43
CHECKSUM_LENGTH: Final = 6
SHAPE: Final = re.compile(r"kp[tx]_[0-9A-Za-z]{49}")


def new(*, sandbox: bool) -> Secret:
    body = (SANDBOX if sandbox else PRODUCTION) + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return Secret(body + checksum(body))


def parse(text: str) -> Secret | None:
    """The secret, if the text has the shape and its checksum is right; says nothing of whether it is known."""
    if SHAPE.fullmatch(text) is None:
        return None
    body = text[:-CHECKSUM_LENGTH]
    return Secret(text) if checksum(body) == text[-CHECKSUM_LENGTH:] else None


def checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    digits = ""
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
