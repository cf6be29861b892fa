"""Secrets that people sign in and read with: a prefix that tells what it is, and 256 bits."""

import re
import secrets
from typing import Final

SESSION: Final = "kps_"
SIGN_IN: Final = "kpl_"
API_TOKEN: Final = "kpa_"
RANDOM_BYTES: Final = 32
API_TOKEN_SHAPE: Final = re.compile(f"{API_TOKEN}[0-9A-Za-z_-]{{43}}")
"""Without padding, base64 has so many characters for them."""


def new(prefix: str) -> str:
    return prefix + secrets.token_urlsafe(RANDOM_BYTES)
