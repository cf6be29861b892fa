"""Where the server listens, and what it says where it cannot."""

import socket
from pathlib import Path
from typing import Final

import pytest

from keypost.cli.serving import bind
from keypost.errors import Fault
from keypost.settings import Settings

HERE: Final = "127.0.0.1"


@pytest.mark.parametrize(
    ("host", "family"), [(HERE, socket.AF_INET), ("::1", socket.AF_INET6), ("::", socket.AF_INET6)]
)
def test_it_listens_in_either_family_of_addresses(host: str, family: socket.AddressFamily) -> None:
    with bind(host, 0) as listener:
        assert (listener.family, listener.getsockname()[0]) == (family, host)


def test_an_address_that_is_taken_is_said() -> None:
    with bind("::1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Fault) as told:
            bind("::1", port)

    taken_already = f"Cannot listen on [::1]:{port}: Address already in use. Stop what listens there, or use --port."
    assert str(told.value) == taken_already


@pytest.mark.parametrize("host", ["nowhere.invalid", "1:2"])
def test_a_host_that_is_none_is_said(host: str) -> None:
    with pytest.raises(Fault) as told:
        bind(host, 0)

    assert "Unknown error" not in str(told.value)
    assert str(told.value).endswith("Use an address of this machine.")


@pytest.mark.parametrize(("host", "address"), [(HERE, "http://127.0.0.1:80"), ("::1", "http://[::1]:80")])
def test_its_address_has_brackets_where_a_port_could_be_part_of_the_host(host: str, address: str) -> None:
    assert Settings(data=Path(), host=host, port=80).address == address
