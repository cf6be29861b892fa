"""From what a request carried to who is calling. Pure, on memory; one and the same refusal for every wrong token."""

import ipaddress
from functools import lru_cache, partial

from msgspec import Struct

from keypost.caller import Admitted, Caller, Means
from keypost.errors import Unauthenticated
from keypost.keys import Keys
from keypost.people.directory import People
from keypost.tokens.model import Carrier, Grant, Token
from keypost.tokens.register import Register


class Presented(Struct, frozen=True):
    """What stood where a secret is expected, how it came, and from which address (empty if unknown)."""

    text: str
    carrier: Carrier
    address: str

    def __repr__(self) -> str:
        return f"Presented(•••, {self.carrier}, {self.address})"


def verify(register: Register, people: People, keys: Keys, presented: Presented | None, now: int) -> Admitted:
    """The token's owner as a caller, with what the token may do."""
    digest = _digest(keys, presented)
    token = _find(register, digest, presented, now)
    if token is None or people.find_active(token.org_id, token.owner_id) is None:
        raise Unauthenticated("invalid_zapikey", "The token is missing, not valid, or has ended.")
    register.note_use(token, now)
    caller = Caller(
        org_id=token.org_id,
        person_id=token.owner_id,
        means=Means.TOKEN,
        scopes=token.grant.scope,
        token_id=token.id,
        app_id=token.app_id,
    )
    return Admitted(caller=caller, ends_at=register.ends_at(digest, token), note_use=partial(register.note_use, token))


def find(register: Register, keys: Keys, presented: Presented | None, now: int) -> Token | None:
    return _find(register, _digest(keys, presented), presented, now)


def _digest(keys: Keys, presented: Presented | None) -> bytes:
    """Empty for nothing, which no token has."""
    return keys.digest(presented.text) if presented is not None else b""


def _find(register: Register, digest: bytes, presented: Presented | None, now: int) -> Token | None:
    token = register.find(digest, now)
    return token if token is not None and presented is not None and _may_come(token.grant, presented) else None


def _may_come(grant: Grant, presented: Presented) -> bool:
    if presented.carrier not in grant.carriers:
        return False
    return not grant.networks or _is_within(presented.address, grant.networks)


def _is_within(address: str, networks: tuple[str, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in _parsed(networks))


@lru_cache
def _parsed(networks: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(network) for network in networks)
