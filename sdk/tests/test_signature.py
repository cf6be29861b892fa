import base64
import string

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as new_curve_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from sdk_world import public_text, sign

from keypost_sdk.errors import NotSigned
from keypost_sdk.signature import read_public_key, verify

NOW = 1_700_000_000_000
FIVE_MINUTES = 300_000
BODY = b'{"name":"authentication","timestamp":1700000000000,"params":{"arguments":{"input":"kpt_x"}}}'


def is_taken(key: RSAPrivateKey, body: bytes, signature: str, now_ms: int = NOW) -> bool:
    try:
        verify(key.public_key(), body, signature, now_ms)
    except NotSigned:
        return False
    return True


def test_what_the_server_signed_is_taken(private_key: RSAPrivateKey) -> None:
    assert is_taken(private_key, BODY, sign(private_key, BODY))


def test_one_changed_bit_anywhere_in_the_body_is_seen(private_key: RSAPrivateKey) -> None:
    signature = sign(private_key, BODY)

    for index in range(len(BODY)):
        for bit in range(8):
            changed = bytearray(BODY)
            changed[index] ^= 1 << bit
            assert not is_taken(private_key, bytes(changed), signature)


def test_one_changed_bit_anywhere_in_the_signature_is_seen(private_key: RSAPrivateKey) -> None:
    raw = base64.b64decode(sign(private_key, BODY))

    for index in range(len(raw)):
        changed = bytearray(raw)
        changed[index] ^= 1
        assert not is_taken(private_key, BODY, base64.b64encode(changed).decode())


def test_one_changed_character_anywhere_in_the_header_is_seen(private_key: RSAPrivateKey) -> None:
    signature = sign(private_key, BODY)

    for index, character in enumerate(signature):
        for other in "AQg/=\n é":
            if other != character:
                assert not is_taken(private_key, BODY, signature[:index] + other + signature[index + 1 :])


def test_another_spelling_of_the_same_signature_is_not_it(private_key: RSAPrivateKey) -> None:
    signature = sign(private_key, BODY)
    start, last = signature[:-3], signature[-3]
    assert signature.endswith("==")

    alike = [
        start + other + "=="
        for other in string.ascii_letters + string.digits + "+/"
        if other != last and base64.b64decode(start + other + "==") == base64.b64decode(signature)
    ]

    assert len(alike) == 15
    assert not any(is_taken(private_key, BODY, other) for other in alike)


def test_a_body_cannot_grow_or_shrink(private_key: RSAPrivateKey) -> None:
    signature = sign(private_key, BODY)

    assert not is_taken(private_key, BODY + b" ", signature)
    assert not is_taken(private_key, BODY[:-1], signature)
    assert not is_taken(private_key, b"", signature)


def test_another_extensions_key_does_not_count(private_key: RSAPrivateKey) -> None:
    other = generate_private_key(public_exponent=65537, key_size=2048)

    assert not is_taken(private_key, BODY, sign(other, BODY))


@settings(deadline=None)
@given(st.text(max_size=400))
def test_no_made_up_signature_is_taken(private_key: RSAPrivateKey, signature: str) -> None:
    assert not is_taken(private_key, BODY, signature)


@pytest.mark.parametrize("off_ms", [-FIVE_MINUTES, -1, 0, 1, FIVE_MINUTES])
def test_a_call_may_be_five_minutes_off(private_key: RSAPrivateKey, off_ms: int) -> None:
    assert is_taken(private_key, BODY, sign(private_key, BODY), NOW + off_ms)


@pytest.mark.parametrize("off_ms", [-FIVE_MINUTES - 1, FIVE_MINUTES + 1, 10**12])
def test_an_old_call_cannot_be_played_again(private_key: RSAPrivateKey, off_ms: int) -> None:
    assert not is_taken(private_key, BODY, sign(private_key, BODY), NOW + off_ms)


@pytest.mark.parametrize("body", [b"{}", b'{"timestamp":"1700000000000"}', b"[]", b"not json", b"\xff", b"[" * 9_999])
def test_a_call_without_a_time_is_not_taken(private_key: RSAPrivateKey, body: bytes) -> None:
    assert not is_taken(private_key, body, sign(private_key, body))


def test_the_public_key_is_read_as_the_server_shows_it(private_key: RSAPrivateKey) -> None:
    assert (
        read_public_key(f"{public_text(private_key)}\n").public_numbers() == private_key.public_key().public_numbers()
    )


def test_a_key_that_is_too_weak_or_of_another_kind_is_refused(private_key: RSAPrivateKey) -> None:
    weak = generate_private_key(public_exponent=65537, key_size=1024)
    curve = new_curve_key(SECP256R1()).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    armoured = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    for text in ("", "no", public_text(weak), base64.b64encode(curve).decode(), armoured):
        with pytest.raises(ValueError, match=r"^it is not"):
            read_public_key(text)
