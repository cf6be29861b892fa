import pytest
from hypothesis import given
from hypothesis import strategies as st

from keypost.proxies import Proxies

OURS = Proxies(["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("198.51.100.7", ["203.0.113.9"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.9, 198.51.100.7, 10.2.3.4"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.9", "198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.2, 192.0.2.1"], "10.0.0.2"),
        ("2001:db8::1", ["2001:db9::5"], "2001:db9::5"),
        ("10.0.0.1", ["not an address"], "not an address"),
        ("", ["203.0.113.9"], ""),
    ],
)
def test_the_client_is_the_last_that_no_proxy_of_ours_is(peer: str, forwarded: list[str], client: str) -> None:
    assert OURS.client_of(peer, forwarded) == client


@given(made_up=st.lists(st.text(max_size=20), max_size=5))
def test_whatever_a_client_makes_up_it_stays_itself(made_up: list[str]) -> None:
    assert OURS.client_of("10.0.0.1", [*made_up, "198.51.100.7"]) == "198.51.100.7"


def test_a_network_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="does not appear"):
        Proxies(["everybody"])
