"""The master key, and the keys that are made from it.

One file of 32 random bytes outside the database; a stolen database alone gives nothing to test a guess against.
"""

import hmac
import os
import secrets
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keypost.errors import Fault

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
CURRENT_KEY: Final = 1
"""The id of the key that digests and seals are made with now; stored beside each, so that a key can be changed."""


class Keys:
    """Purpose-bound keys derived from one master key."""

    __slots__ = ("_pepper", "_sealing")

    def __init__(self, master: bytes) -> None:
        if len(master) != KEY_BYTES:
            raise Fault(f"The master key has {len(master)} bytes; it must have {KEY_BYTES}.")
        self._pepper = hmac.new(_derive(master, b"keypost digest pepper"), digestmod="sha256")
        self._sealing = AESGCM(_derive(master, b"keypost sealing key"))

    def __repr__(self) -> str:
        return "Keys(•••)"

    @classmethod
    def from_file(cls, path: Path, *, may_create: bool) -> Self:
        """Reads the master key; makes it (mode 0600) on a first start only.

        A missing key beside an existing database is a fault: with a new one no stored credential would be known.
        """
        if not path.exists():
            if not may_create:
                raise Fault(f"The master key {path} is missing, but its database exists. Put the key back.")
            _write_private(path, secrets.token_bytes(KEY_BYTES))
        return cls(path.read_bytes())

    def digest(self, secret: str) -> bytes:
        """What is stored of a credential: 32 bytes, useless without the master key."""
        digest = self._pepper.copy()  # Beginning anew with the key takes longer than all the rest.
        digest.update(secret.encode())
        return digest.digest()

    def seal(self, content: bytes, *, purpose: str) -> bytes:
        """Encrypts what must be read back. `purpose` is bound in: a seal opens only for what it was made for."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return bytes([CURRENT_KEY]) + nonce + self._sealing.encrypt(nonce, content, purpose.encode())

    def unseal(self, sealed: bytes, *, purpose: str) -> bytes:
        if not sealed or sealed[0] != CURRENT_KEY:
            raise Fault(f"The seal of {purpose} was made with a key that this server does not have.")
        try:
            return self._sealing.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], purpose.encode())
        except InvalidTag as error:
            raise Fault(f"The seal of {purpose} does not open with this master key.") from error


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(master)


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
