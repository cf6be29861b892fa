"""Is a call from our server, and is it from now?

The server signs the exact bytes of a body with the extension's private key: RSA, PKCS#1 v1.5, SHA-256. The time
stands inside the signed body, so an old call that somebody kept cannot be given a new one.
"""

import base64
import binascii
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from keypost_sdk.errors import NotSigned

HEADER: Final = "X-Cliq-Signature"
CLOCK_SKEW_MAX_MS: Final = 5 * 60 * 1000
KEY_BITS_MIN: Final = 2048


class _Stamp(msgspec.Struct, frozen=True):
    timestamp: int


def read_public_key(text: str) -> RSAPublicKey:
    """The key from bare base64 of a SubjectPublicKeyInfo, without PEM's armour; ValueError for anything else."""
    try:
        key = load_der_public_key(base64.b64decode(text.strip(), validate=True))
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("it is not the base64 of a public key") from None
    if not isinstance(key, RSAPublicKey) or key.key_size < KEY_BITS_MIN:
        raise ValueError(f"it is not an RSA key of at least {KEY_BITS_MIN} bits")
    return key


def verify(key: RSAPublicKey, body: bytes, signature: str, now_ms: int) -> None:
    """Return if these very bytes are signed and at most five minutes away from `now_ms`; else `NotSigned`."""
    if not _is_signed(key, body, signature):
        raise NotSigned("invalid_signature", f"The {HEADER} header does not fit the body and this extension's key.")
    if abs(now_ms - _timestamp(body)) > CLOCK_SKEW_MAX_MS:
        raise NotSigned("stale_call", "The call is more than five minutes old, or a clock is wrong.")


def _is_signed(key: RSAPublicKey, body: bytes, signature: str) -> bool:
    try:
        raw = base64.b64decode(signature, validate=True)
        # Base64 has spellings that decode alike: only one of them is the signature.
        if base64.b64encode(raw).decode() != signature:
            return False
        key.verify(raw, body, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _timestamp(body: bytes) -> int:
    try:
        return msgspec.json.decode(body, type=_Stamp).timestamp
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotSigned("stale_call", "The call does not say when it was made.") from None
