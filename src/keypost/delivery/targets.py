"""Where a call may go: rules over the text of an address and over resolved IP addresses. Pure, opens no socket.

Whoever sets an extension's address must not reach through us what only this machine can reach: itself, its
neighbours, the metadata service of its cloud. What two parsers of URLs could read differently is refused rather than
understood.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address

URL_MAX: Final = 2_048
NAME_MAX: Final = 253
PUBLIC_PORTS: Final = frozenset({443, 8443})
DEFAULT_PORTS: Final = {"http": 80, "https": 443}

FORBIDDEN_V4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # "this host": Linux connects it to loopback.
            "10.0.0.0/8",  # Private.
            "100.64.0.0/10",  # Behind a provider's NAT; Alibaba's metadata service.
            "127.0.0.0/8",  # Loopback.
            "168.63.129.16/32",  # Azure's host, public only in form.
            "169.254.0.0/16",  # Link-local, and the metadata service of most clouds.
            "172.16.0.0/12",  # Private.
            "192.0.0.0/24",  # Protocol assignments; Oracle's metadata service.
            "192.0.2.0/24",  # Documentation.
            "192.88.99.0/24",  # The retired 6to4 relay.
            "192.168.0.0/16",  # Private.
            "198.18.0.0/15",  # Benchmarks.
            "198.51.100.0/24",  # Documentation.
            "203.0.113.0/24",  # Documentation.
            "224.0.0.0/4",  # Multicast.
            "240.0.0.0/4",  # Reserved, and broadcast.
        ),
    )
)

GLOBAL_V6: Final = IPv6Network("2000::/3")
"""The one block of global unicast. Loopback, private, link-local, multicast and `::a.b.c.d` are all outside."""

FORBIDDEN_V6: Final = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # Protocol assignments, among them Teredo, which carries an IPv4 address in disguise.
            "2001:db8::/32",  # Documentation.
            "2002::/16",  # 6to4, which carries an IPv4 address too.
            "3fff::/20",  # Documentation.
        ),
    )
)
"""The tunnels inside `GLOBAL_V6` are refused whole, also round a public IPv4 address: no service lives behind one."""

TRANSPARENT_V6: Final = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
"""Mapped and NAT64: another spelling of the IPv4 address in the last 32 bits, and as good or bad as that one."""

ISATAP: Final = 0x5EFE
"""Upper half of an interface id whose lower half is the IPv4 address at the other end of a tunnel."""

LOCAL_SUFFIXES: Final = frozenset({"localhost", "localdomain", "local", "internal", "intranet", "lan", "arpa", "onion"})

_URL: Final = re.compile(
    r"""
    (?P<scheme>https?)://
    (?: \[ (?P<literal>[0-9a-f:.]+) \] | (?P<name>[0-9a-z.-]+) )
    (?: : (?P<port>[1-9][0-9]{0,4}) )?
    (?P<path> (?: / (?: [a-z0-9._~!$&'()*+,;=:@/-] | %[0-9a-f]{2} )* )?
              (?: \? (?: [a-z0-9._~!$&'()*+,;=:@/?-] | %[0-9a-f]{2} )* )? )
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Target:
    """An address that passed. `path` holds the query too; `local` is true for an extension of this server's own."""

    scheme: str
    host: str
    port: int
    path: str
    local: bool

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


@dataclass(frozen=True, slots=True)
class Refused:
    """`reason` is a sentence for the person who set the address; it repeats nothing of what was sent."""

    reason: str


NOT_PLAIN: Final = Refused(
    "An address has the form https://host/path, in ASCII, without a user name, fragment, space or backslash."
)
TOO_LONG: Final = Refused(f"An address has at most {URL_MAX} characters.")
NOT_A_NAME: Final = Refused("The host must be a full public name, without a dot at the end, or a plain IP address.")
NOT_HTTPS: Final = Refused("The address must begin with https://.")
WRONG_PORT: Final = Refused("The port must be 443 or 8443.")
NOT_PUBLIC: Final = Refused("The host is not a public one: this server's own networks cannot be called.")


def judge_url(url: str, *, local: frozenset[tuple[str, int]]) -> Target | Refused:
    """`local` holds the (loopback address, port) pairs that this server gave to its own extensions: http is good there.

    A name that passes is not yet safe: what it resolves to still has to pass `judge_addresses`.
    """
    if len(url) > URL_MAX:
        return TOO_LONG
    parts = _URL.fullmatch(url)
    if parts is None:
        return NOT_PLAIN
    host = _host(parts)
    if host is None:
        return NOT_A_NAME

    scheme = parts["scheme"].lower()
    port = int(parts["port"] or DEFAULT_PORTS[scheme])
    path = parts["path"] if parts["path"].startswith("/") else f"/{parts['path']}"
    target = Target(scheme, str(host), port, path, local=_is_loopback(host) and (str(host), port) in local)
    return target if target.local else _judge_public(target, host)


def judge_addresses(addresses: Iterable[str]) -> Refused | None:
    """All that a name resolved to. One bad address spoils the lot: which one is connected to is not ours to choose."""
    parsed = [_address(text) for text in addresses]
    good = parsed and all(address is not None and is_public(address) for address in parsed)
    return None if good else NOT_PUBLIC


def is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in FORBIDDEN_V4)
    if address.scope_id is not None:
        return False
    if any(address in network for network in TRANSPARENT_V6):
        return is_public(_last_32_bits(address))
    if address not in GLOBAL_V6 or any(address in network for network in FORBIDDEN_V6):
        return False
    return not _is_isatap(address) or is_public(_last_32_bits(address))


def _judge_public(target: Target, host: Address | str) -> Target | Refused:
    if target.scheme != "https":
        return NOT_HTTPS
    if target.port not in PUBLIC_PORTS:
        return WRONG_PORT
    if isinstance(host, str):
        return NOT_PUBLIC if host.rpartition(".")[2] in LOCAL_SUFFIXES else target
    return target if is_public(host) else NOT_PUBLIC


def _host(parts: re.Match[str]) -> Address | str | None:
    if parts["literal"]:
        return _address(parts["literal"], IPv6Address)
    name: str = parts["name"].lower()
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _address(name, IPv4Address)  # Four plain decimal numbers; browsers and libc also read 0x7f.1 and 017.
    good = len(name) <= NAME_MAX and len(labels) > 1 and all(map(_LABEL.fullmatch, labels))
    return name if good else None


def _address(text: str, kind: Callable[[str], Address] = ip_address) -> Address | None:
    try:
        return kind(text)
    except ValueError:
        return None


def _is_loopback(host: Address | str) -> bool:
    return not isinstance(host, str) and host.is_loopback


def _is_isatap(address: IPv6Address) -> bool:
    return int(address) >> 32 & 0xFDFF_FFFF == ISATAP


def _last_32_bits(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFF_FFFF)
