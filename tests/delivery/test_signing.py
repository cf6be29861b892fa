import base64
import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_public_key,
)
from hypothesis import given
from hypothesis import strategies as st

from keypost.delivery.signing import KEY_BITS, from_bytes, public_text, sign, to_bytes

SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")
"""The DigestInfo of SHA-256 (RFC 8017, 9.2)."""


def as_a_receiver_loads_it(text: str) -> RSAPublicKey:
    key = load_pem_public_key(f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----".encode())
    assert isinstance(key, RSAPublicKey)
    return key


def test_a_receiver_verifies_with_the_public_text_in_armour(key: RSAPrivateKey) -> None:
    signature = base64.b64decode(sign(key, b'{"a":1}'), validate=True)

    as_a_receiver_loads_it(public_text(key)).verify(signature, b'{"a":1}', PKCS1v15(), SHA256())


def test_the_signature_is_the_one_of_the_standard(key: RSAPrivateKey) -> None:
    numbers = key.public_key().public_numbers()
    signature = int.from_bytes(base64.b64decode(sign(key, b"body")))

    opened = pow(signature, numbers.e, numbers.n).to_bytes(KEY_BITS // 8)

    tail = b"\x00" + SHA256_PREFIX + hashlib.sha256(b"body").digest()
    assert opened == b"\x00\x01" + b"\xff" * (KEY_BITS // 8 - 2 - len(tail)) + tail


@given(body=st.binary(min_size=1), data=st.data())
def test_no_flipped_bit_passes(key: RSAPrivateKey, body: bytes, data: st.DataObject) -> None:
    signature = base64.b64decode(sign(key, body))
    which = data.draw(st.sampled_from(["body", "signature"]))
    whole = bytearray(body if which == "body" else signature)
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(InvalidSignature):
        key.public_key().verify(
            bytes(whole) if which == "signature" else signature,
            bytes(whole) if which == "body" else body,
            PKCS1v15(),
            SHA256(),
        )


def test_a_key_is_strong_and_survives_storage(key: RSAPrivateKey) -> None:
    restored = from_bytes(to_bytes(key))

    assert restored.key_size == KEY_BITS
    assert public_text(restored) == public_text(key)
    assert sign(restored, b"body") == sign(key, b"body")


def test_a_weak_key_and_a_key_of_another_kind_are_refused() -> None:
    weak = generate_private_key(public_exponent=65537, key_size=2048)
    others = (ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate())

    for key in (weak, *others):
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        with pytest.raises(ValueError, match="3072"):
            from_bytes(der)


def test_public_text_has_no_armour_and_no_line_breaks(key: RSAPrivateKey) -> None:
    assert public_text(key).startswith("MIIB")
    assert "\n" not in public_text(key)
