"""How many connections an address may have, and which addresses are one."""

from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keypost.proxies import Proxies
from keypost.web.client import IPV6_PREFIX, network_of
from keypost.web.gate import Bounds, Gate

TWO = Bounds(connections_per_address=2)

hosts = st.integers(0, 2**64 - 1)


@given(prefix=st.integers(1 << 61, (1 << 62) - 1), one=hosts, other=hosts)
def test_addresses_that_one_customer_chooses_from_are_one(prefix: int, one: int, other: int) -> None:
    within = [address(prefix, host) for host in (one, other)]

    assert network_of(within[0]) == network_of(within[1]) != network_of(address(prefix + 1, one))


def test_addresses_of_the_older_kind_are_each_their_own_however_they_are_written() -> None:
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1")
    assert network_of("") == ""


@pytest.mark.parametrize(
    ("one", "another", "foreign"),
    [
        ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
        ("192.0.2.1", "::ffff:192.0.2.1", "::ffff:192.0.2.2"),
        ("2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1"),
    ],
)
def test_connections_count_together_where_wrong_credentials_do(one: str, another: str, foreign: str) -> None:
    gate = Gate(TWO)

    assert [gate.enter(address) for address in (one, another, another, foreign)] == [True, True, False, True]
    gate.leave(another)
    gate.leave(one)
    assert [gate.enter(one), gate.enter(another)] == [True, False]


def test_a_proxy_is_not_counted_and_its_neighbours_are() -> None:
    gate = Gate(TWO, Proxies(["2001:db8::1"]))

    assert [gate.enter("2001:db8::1") for _ in range(5)] == [True] * 5
    assert [gate.enter("2001:db8::2") for _ in range(3)] == [True, True, False]
    gate.leave("2001:db8::1")
    assert not gate.enter("2001:db8::2")


def address(prefix: int, host: int) -> str:
    return str(IPv6Address((prefix << IPV6_PREFIX) + host))
