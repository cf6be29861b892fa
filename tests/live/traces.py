"""Looks for a secret wherever it could have been left behind, in the forms in which it could lie there."""

import base64
import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import psutil

PROC: Final = Path("/proc")


def forms(secret: str) -> dict[str, bytes]:
    """The secret as it is, encoded as programs encode what they keep, and parts that would be enough to guess it."""
    raw = secret.encode()
    middle = len(secret) // 2
    plain_digest = hashlib.sha256(raw)
    return {
        "as it is": raw,
        "percent-encoded": "".join(f"%{byte:02x}" for byte in raw).encode(),
        "in hexadecimal": raw.hex().encode(),
        "in UTF-16": secret.encode("utf-16-le"),
        "reversed": raw[::-1],
        "its first half": secret[4:middle].encode(),
        "its second half": secret[middle:].encode(),
        # Whoever has a digest without a key can test guesses against it, and find the row of a secret.
        "its plain digest": plain_digest.digest(),
        "its plain digest, in hexadecimal": plain_digest.hexdigest().encode(),
        **_base64("in base64", raw, base64.b64encode),
        **_base64("in URL-safe base64", raw, base64.urlsafe_b64encode),
    }


def found(secrets: Mapping[str, str], places: Iterable[tuple[str, bytes]]) -> list[str]:
    """A sentence for each secret in each place that has it; places are names and what stands there."""
    searched = [(f"{name} {form}", text) for name, secret in secrets.items() for form, text in forms(secret).items()]
    return [f"{what}, in {place}" for place, content in places for what, text in searched if text in content]


def files(folder: Path, *, but: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != but:
            yield str(path.relative_to(folder)), path.read_bytes()


def processes() -> Iterator[tuple[str, bytes]]:
    """What every process of this machine was started with: anybody may read the command lines."""
    for pid in psutil.pids():
        for name in ("cmdline", "environ"):
            path = PROC / str(pid) / name
            try:
                yield str(path), path.read_bytes()
            except OSError:  # It has ended, or is another user's.
                continue


def _base64(name: str, raw: bytes, encode: Callable[[bytes], bytes]) -> dict[str, bytes]:
    """In the three ways in which it can lie in the encoding of a longer text: without the letters it shares."""
    shifted = (encode(b"\0" * shift + raw)[math.ceil(shift * 8 / 6) :] for shift in range(3))
    return {f"{name}, shifted by {shift}": text[:-4] for shift, text in enumerate(shifted)}
