"""Heads of requests that were taken before: most senders say the same one again, byte for byte.

What the parser made of it then, it would make of it now; so it is not asked, and neither is whoever judged it, as long
as what they judged by has not changed. A head holds a secret: here is only its digest, and what is left without it.
"""

from hashlib import sha256
from typing import Final

from msgspec.structs import replace

from keypost.web.credentials import take_secrets, without_credentials
from keypost.web.offer import Known

END: Final = b"\r\n\r\n"
HEADS_MAX: Final = 4_096
HEAD_MAX: Final = 2_048
"""Bytes. Senders need a quarter of that; anybody with a token can make up many long ones."""

Key = tuple[str, bytes]


class Heads:
    """For one event loop. Each is known for the address from which it came."""

    def __init__(self) -> None:
        self._known: dict[Key, Known] = {}

    def __len__(self) -> int:
        return len(self._known)

    def find(self, address: str, request: bytes) -> tuple[Known, bytes] | None:
        """What is known of the head of a request, with its body; None unless that is all that was sent."""
        size = _size_of_head(request)
        known = self._known.get(_key(address, request[:size])) if size else None
        return (known, request[size:]) if known is not None and len(request) - size == known.offer.length else None

    def keep(self, address: str, request: bytes, known: Known) -> None:
        """Of a request that was taken, if nothing else was sent with it."""
        size = _size_of_head(request)
        if not size or len(request) - size != known.offer.length:
            return
        if len(self._known) >= HEADS_MAX:
            self._known.clear()  # Whoever is at work comes back at once.
        self._known[_key(address, request[:size])] = _without_secret(known)


def _size_of_head(request: bytes) -> int:
    """0 for one that is not whole, or too long to be remembered."""
    end = request.find(END, 0, HEAD_MAX)
    return end + len(END) if end >= 0 else 0


def _key(address: str, head: bytes) -> Key:
    return address, sha256(head).digest()


def _without_secret(known: Known) -> Known:
    query, _ = take_secrets(known.offer.query)
    return replace(known, offer=replace(known.offer, query=query, fields=without_credentials(known.offer.fields)))
