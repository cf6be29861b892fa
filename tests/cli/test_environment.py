"""What the server's environment sets."""

import os
from pathlib import Path

import pytest
from tests.cli.terminal import Terminal

from keypost.environment import VARIABLES, settings_in
from keypost.errors import Invalid
from keypost.settings import Limits, Settings


def test_nothing_is_set_by_an_empty_environment(tmp_path: Path) -> None:
    settings = Settings(**settings_in({"KEYPOST_LIMITS": "", "KEYPOST_URL": "http://example.com"}), data=tmp_path)

    assert settings == Settings(data=tmp_path)
    assert (settings.posts_per_minute, settings.limits) == (300, Limits.KEYPOST)


@pytest.mark.parametrize("text", ["0", "1", "300", "100000", "007"])
def test_a_number_of_posts_is_read(text: str) -> None:
    assert settings_in({"KEYPOST_POSTS_PER_MINUTE": text}) == {"posts_per_minute": int(text)}


def test_whose_limits_hold_is_read() -> None:
    assert settings_in({"KEYPOST_LIMITS": "vendor"}) == {"limits": Limits.VENDOR}


@pytest.mark.parametrize(
    ("name", "text"),
    [("KEYPOST_TEXT_MAX", text) for text in ("0", "50001", "many")]
    + [("KEYPOST_POSTS_PER_MINUTE", text) for text in ("-1", "100001", "1e3", "1_000", " 9", "٣", "many", "9" * 5000)]
    + [("KEYPOST_LIMITS", text) for text in ("Vendor", "none", "vendor ", "1")]
    + [("KEYPOST_TRUSTED_PROXIES", text) for text in ("everybody", "10.0.0.1/8", "127.0.0.1,", ",")],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(name: str, text: str) -> None:
    with pytest.raises(Invalid, match=f"^{name} is .*; it must be .*") as refused:
        settings_in({name: text})

    assert len(refused.value.sentence) < 200


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("KEYPOST_POST_PER_MINUTE", "KEYPOST_POSTS_PER_MINUTE"),
        ("KEYPOST_POSTS_PER_MINUTE_OF_PERSONS", "KEYPOST_POSTS_PER_MINUTE_OF_PERSON"),
        ("KEYPOST_LIMIT", "KEYPOST_LIMITS"),
        ("KEYPOST_TRUSTED_PROXY", "KEYPOST_TRUSTED_PROXIES"),
        ("KEYPOST_MAX_TEXT_MAX", "KEYPOST_TEXT_MAX"),
    ],
)
def test_a_name_that_is_nearly_ours_is_refused(name: str, meant: str) -> None:
    with pytest.raises(Invalid, match=f"^There is no {name}. Is {meant} meant\\?$"):
        settings_in({name: "5"})


def test_names_of_others_that_begin_like_ours_are_nobodys_mistake() -> None:
    others = ("URL", "OPERATOR_TOKEN", "PUBLIC_KEY", "SETTINGS", "LISTEN_FD", "PORT", "SERVICE_HOST", "SERVICE_PORT")

    assert settings_in({f"KEYPOST_{name}": "5" for name in others} | {"LIMIT": "5"}) == {}


def test_every_variable_sets_something_that_there_is() -> None:
    assert {variable.setting for variable in VARIABLES} <= set(Settings.__struct_fields__)


async def test_a_demo_with_a_wrong_environment_does_not_start(tmp_path: Path) -> None:
    environ = {"KEYPOST_POSTS_PER_MINUTE": "many"}

    ended = await Terminal(tmp_path, environ).run("demo", "--port", "0")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "KEYPOST_POSTS_PER_MINUTE is 'many'; it must be a whole number from 0 to 100000.\n"
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - a path's own listing is no better in an async test


def test_proxies_are_addresses_and_networks() -> None:
    found = settings_in({"KEYPOST_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8,2001:db8::/32"})

    assert found == {"trusted_proxies": ("127.0.0.1", "10.0.0.0/8", "2001:db8::/32")}
