"""The session's cookie among others: whatever strangers make a browser send beside it, or send themselves."""

from pathlib import Path
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from keypost.people.cookie import SessionCookie
from keypost.settings import Settings

SESSION = "kps_0123456789abcdefghijABCDEFGHIJ0123456789_-"
COOKIE = SessionCookie(Settings(data=Path("nowhere")))
NAME = "keypost-5397"
TEXTS = st.text(st.characters(max_codepoint=255, exclude_characters=";\r\n"), max_size=20)
OTHERS = st.tuples(TEXTS.filter(lambda text: NAME not in text), TEXTS).map("=".join) | TEXTS.filter(
    lambda text: NAME not in text
)
A_HEAD = 16 * 1024
GROWTH = 8
LINEAR_ENOUGH = 3 * GROWTH
"""What grows with the square would take as much again."""
NOTHING_S = 1e-4


def carrying(*headers: str) -> Request:
    return Request({"type": "http", "headers": [(b"cookie", header.encode("latin-1")) for header in headers]})


@given(st.lists(st.lists(OTHERS), max_size=3), st.lists(st.lists(OTHERS), max_size=3))
def test_it_is_found_among_whatever_cookies(before: list[list[str]], after: list[list[str]]) -> None:
    headers = [*map("; ".join, before), "; ".join([f"{NAME}={SESSION}"]), *map("; ".join, after)]

    assert COOKIE.read(carrying(*headers)) == SESSION
    assert COOKIE.read(carrying("; ".join(headers))) == SESSION


@given(st.lists(OTHERS))
def test_no_other_is_taken_for_it(others: list[str]) -> None:
    assert COOKIE.read(carrying("; ".join(others))) is None


def test_what_is_written_is_what_is_read() -> None:
    response = Response()

    COOKIE.write(response, SESSION)

    assert COOKIE.read(carrying(response.headers["set-cookie"].partition(";")[0])) == SESSION


def test_of_two_the_one_for_the_whole_site_counts() -> None:
    """Browsers send the one with the longest path first: another program on this host could set such a one."""
    assert COOKIE.read(carrying(f"{NAME}=another; {NAME}={SESSION}")) == SESSION


def cheapest(attack: str, size: int) -> float:
    many = (attack * size)[:size]

    def once() -> float:
        requests = [carrying(header) for header in (f'{NAME}="{many}"', many)]
        start = thread_time()
        for request in requests:
            COOKIE.read(request)
        return thread_time() - start

    return min(once() for _ in range(3))


@pytest.mark.parametrize("attack", ["\\", '\\"', '"\\', "\\1", "\\101", ";", "=", f"{NAME}=;", ' "', "a=1;"])
def test_what_a_head_can_hold_is_read_in_linear_time(attack: str) -> None:
    small, large = cheapest(attack, A_HEAD // GROWTH), cheapest(attack, A_HEAD)

    assert large < LINEAR_ENOUGH * max(small, NOTHING_S)
