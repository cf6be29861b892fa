"""The signature by which a receiver knows that a call is ours: RSA, PKCS#1 v1.5, SHA-256, one key per extension."""

import base64
from typing import Final

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

HEADER: Final = "X-Cliq-Signature"

KEY_BITS: Final = 3072
"""The least size of RSA that is worth 128 bits; the wire does not say one, and receivers read it from the key."""

_EXPONENT: Final = 65537


def generate() -> RSAPrivateKey:
    """A new key. Takes some tenths of a second of processor time: call it off the event loop."""
    return generate_private_key(public_exponent=_EXPONENT, key_size=KEY_BITS)


def to_bytes(key: RSAPrivateKey) -> bytes:
    """PKCS#8 DER in the clear: to be sealed before it is stored."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def from_bytes(der: bytes) -> RSAPrivateKey:
    """The key that `to_bytes` wrote; ValueError for any other."""
    key = load_der_private_key(der, password=None)
    if not isinstance(key, RSAPrivateKey) or key.key_size < KEY_BITS:
        raise ValueError(f"a signing key is RSA of at least {KEY_BITS} bits")
    return key


def public_text(key: RSAPrivateKey) -> str:
    """Bare base64 of the SubjectPublicKeyInfo, without PEM's armour: what the wire gives to developers."""
    return base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def sign(key: RSAPrivateKey, body: bytes) -> str:
    """The value of `HEADER` for exactly these bytes, in base64."""
    return base64.b64encode(key.sign(body, PKCS1v15(), SHA256())).decode()
