from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.delivery.spellings import BAD_SPELLINGS

from keypost.delivery.targets import (
    FORBIDDEN_V4,
    FORBIDDEN_V6,
    NAME_MAX,
    NOT_HTTPS,
    NOT_PUBLIC,
    TRANSPARENT_V6,
    URL_MAX,
    WRONG_PORT,
    Refused,
    Target,
    judge_addresses,
    judge_url,
)

NOBODY: frozenset[tuple[str, int]] = frozenset()
LOCAL = frozenset({("127.0.0.1", 41000), ("::1", 41001)})

EMBEDDINGS = {
    "mapped": "::ffff:{v4}",
    "compatible": "::{v4}",
    "translated": "::ffff:0:{v4}",
    "nat64": "64:ff9b::{v4}",
    "local nat64": "64:ff9b:1::{v4}",
    "6to4": "2002:{hex}::1",
    "teredo server": "2001:0:{hex}:0:0:f7f7:f7f7",
    "teredo client": "2001:0:808:808:0:0:{inverted}",
    "isatap": "2606:4700::5efe:{v4}",
    "isatap, global bit": "2606:4700::200:5efe:{v4}",
}


def halves(number: int) -> str:
    return f"{number >> 16:x}:{number & 0xFFFF:x}"


def embedded(form: str, v4: IPv4Address) -> str:
    return EMBEDDINGS[form].format(v4=v4, hex=halves(int(v4)), inverted=halves(int(v4) ^ 0xFFFF_FFFF))


def inside(network: IPv4Network | IPv6Network) -> st.SearchStrategy[str]:
    first, last = network.network_address, network.broadcast_address
    ends = st.sampled_from([int(first), int(last)])
    return (ends | st.integers(int(first), int(last))).map(lambda number: str(type(first)(number)))


forbidden_v4 = st.sampled_from(FORBIDDEN_V4).flatmap(inside)
forbidden_v6 = st.sampled_from(FORBIDDEN_V6).flatmap(inside)
any_address = st.ip_addresses()


@pytest.mark.parametrize("url", BAD_SPELLINGS)
def test_no_spelling_leads_inside(url: str) -> None:
    assert isinstance(judge_url(url, local=LOCAL), Refused)


def test_the_corpus_is_wide() -> None:
    assert len(set(BAD_SPELLINGS)) == len(BAD_SPELLINGS) >= 150


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://hooks.example.com", Target("https", "hooks.example.com", 443, "/", local=False)),
        ("https://hooks.example.com:8443/a?b=%20", Target("https", "hooks.example.com", 8443, "/a?b=%20", local=False)),
        ("https://hooks.example.com?x=/y", Target("https", "hooks.example.com", 443, "/?x=/y", local=False)),
        ("HTTPS://Hooks.Example.COM/Path", Target("https", "hooks.example.com", 443, "/Path", local=False)),
        ("https://xn--bcher-kva.example/", Target("https", "xn--bcher-kva.example", 443, "/", local=False)),
        ("https://8.8.8.8/dns", Target("https", "8.8.8.8", 443, "/dns", local=False)),
        ("https://[2606:4700:0::1111]/", Target("https", "2606:4700::1111", 443, "/", local=False)),
        ("https://user.example.com/a@b:c", Target("https", "user.example.com", 443, "/a@b:c", local=False)),
        ("http://127.0.0.1:41000/", Target("http", "127.0.0.1", 41000, "/", local=True)),
        ("http://[::1]:41001/x", Target("http", "::1", 41001, "/x", local=True)),
    ],
)
def test_a_plain_address_passes(url: str, target: Target) -> None:
    assert judge_url(url, local=LOCAL) == target


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://hooks.example.com:443", "https://hooks.example.com/"),
        ("https://hooks.example.com:8443/a?b", "https://hooks.example.com:8443/a?b"),
        ("https://[2606:4700:0::1111]/", "https://[2606:4700::1111]/"),
        ("http://127.0.0.1:41000", "http://127.0.0.1:41000/"),
    ],
)
def test_a_target_is_written_in_one_form(url: str, written: str) -> None:
    target = judge_url(url, local=LOCAL)

    assert isinstance(target, Target)
    assert target.url == written
    assert judge_url(written, local=LOCAL) == target


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:41001/",  # The port of another extension's address.
        "http://127.0.0.1/",
        "http://127.0.0.2:41000/",
        "http://localhost:41000/",
        "http://[::1]:41000/",
        "http://[::ffff:127.0.0.1]:41000/",
        "http://0.0.0.0:41000/",
        "http://127.1:41000/",
        "http://127.0.0.1:041000/",
        "http://127.0.0.1@127.0.0.1:41000/",
        "ftp://127.0.0.1:41000/",
    ],
)
def test_a_local_extension_is_reached_under_its_exact_address_alone(url: str) -> None:
    assert isinstance(judge_url(url, local=LOCAL), Refused)


@pytest.mark.parametrize("host", ["10.0.0.5", "169.254.169.254", "8.8.8.8", "db.example.com"])
def test_nothing_but_loopback_can_be_declared_local(host: str) -> None:
    assert judge_url(f"http://{host}:41000/", local=frozenset({(host, 41000)})) == NOT_HTTPS


def test_a_refusal_names_what_is_wrong() -> None:
    assert judge_url("http://hooks.example.com/", local=NOBODY) == NOT_HTTPS
    assert judge_url("https://hooks.example.com:22/", local=NOBODY) == WRONG_PORT
    assert judge_url("https://192.168.0.1/", local=NOBODY) == NOT_PUBLIC


def test_the_length_of_an_address_and_of_a_name_is_bounded() -> None:
    start = "https://hooks.example.com/"
    label = "a" * 63 + "."
    name = (label * 4)[: NAME_MAX - 3] + ".de"

    assert isinstance(judge_url(start + "a" * (URL_MAX - len(start)), local=NOBODY), Target)
    assert isinstance(judge_url(start + "a" * (URL_MAX + 1 - len(start)), local=NOBODY), Refused)
    assert len(name) == NAME_MAX
    assert isinstance(judge_url(f"https://{name}/", local=NOBODY), Target)
    assert isinstance(judge_url(f"https://a{name[1:]}m/", local=NOBODY), Refused)
    assert isinstance(judge_url(f"https://{'a' * 64}.example.com/", local=NOBODY), Refused)


@given(st.text(max_size=40) | st.text(max_size=20).map("https://{}".format))
def test_any_text_is_judged_and_never_raises(url: str) -> None:
    target = judge_url(url, local=LOCAL)

    if isinstance(target, Target):
        assert judge_url(target.url, local=LOCAL) == target


@given(forbidden_v4)
def test_a_forbidden_ipv4_address_is_refused_as_a_host_and_as_an_answer(address: str) -> None:
    assert judge_addresses([address]) == NOT_PUBLIC
    assert judge_url(f"https://{address}/", local=NOBODY) == NOT_PUBLIC


@given(forbidden_v4, st.sampled_from(sorted(EMBEDDINGS)))
def test_a_forbidden_ipv4_address_is_refused_in_every_embedding(address: str, form: str) -> None:
    spelled = embedded(form, IPv4Address(address))

    assert judge_addresses([spelled]) == NOT_PUBLIC
    assert judge_url(f"https://[{spelled}]/", local=NOBODY) == NOT_PUBLIC


@given(forbidden_v6)
def test_a_forbidden_ipv6_address_is_refused_as_a_host_and_as_an_answer(address: str) -> None:
    assert judge_addresses([address]) == NOT_PUBLIC
    assert judge_url(f"https://[{address}]/", local=NOBODY) == NOT_PUBLIC


@given(any_address)
def test_what_the_registries_call_local_is_refused_whatever_our_own_table_says(
    address: IPv4Address | IPv6Address,
) -> None:
    transparent = isinstance(address, IPv6Address) and any(address in network for network in TRANSPARENT_V6)
    local = not address.is_global or address.is_multicast or address.is_reserved

    assert transparent or not local or judge_addresses([str(address)]) == NOT_PUBLIC


@given(st.lists(any_address.map(str), max_size=4), forbidden_v4 | forbidden_v6, st.integers(0, 4))
def test_one_forbidden_address_spoils_the_answer(others: list[str], bad: str, place: int) -> None:
    assert judge_addresses([*others[:place], bad, *others[place:]]) == NOT_PUBLIC


@pytest.mark.parametrize("addresses", [[], [""], ["example.com"], ["8.8.8.8", "0x08080808"], ["2606:4700::1%eth0"]])
def test_an_answer_that_is_not_made_of_plain_addresses_is_refused(addresses: list[str]) -> None:
    assert judge_addresses(addresses) == NOT_PUBLIC


@pytest.mark.parametrize(
    "address",
    [
        *["1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "126.255.255.255", "172.15.255.255", "223.255.255.255"],
        *["172.32.0.0", "2606:4700::1111", "2a00:1450:4001::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"],
    ],
)
def test_public_addresses_pass(address: str) -> None:
    assert judge_addresses([address, "1.1.1.1"]) is None
