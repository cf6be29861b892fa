"""The pages of docs/reference say what the code says now."""

from importlib.metadata import version

import pytest
from scripts.reference.pages import FOLDER, PAGES

import keypost_sdk
from keypost.cli import app
from keypost.routes import ROUTES


@pytest.mark.parametrize("name", PAGES)
def test_a_made_page_is_up_to_date(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == PAGES[name](), "run: make docs"


def test_every_address_is_on_the_page_of_addresses() -> None:
    page = PAGES["http.md"]()

    assert [route.path for route in ROUTES if f"`{route.path}`" not in page] == []


def test_every_name_of_the_sdk_is_on_its_page() -> None:
    page = PAGES["sdk.md"]()

    assert [name for name in keypost_sdk.__all__ if f"## `{name}`" not in page] == []


def test_every_command_is_on_the_page_of_commands_with_a_word_about_it() -> None:
    page = PAGES["cli.md"]()
    commands = [name for name in app if not name.startswith("-")]

    assert [name for name in commands if f"## keypost {name}" not in page] == []
    assert [name for name in commands if not app[name].help] == []


def test_a_code_says_once_that_only_commands_have_it() -> None:
    assert max(line.count("Commands only.") for line in PAGES["errors.md"]().splitlines()) == 1


def test_the_version_in_work_is_one_that_gets_fixes() -> None:
    minor = version("keypost").rpartition(".")[0]

    assert f"| {minor}.x | yes |" in (FOLDER.parents[1] / "SECURITY.md").read_text("utf-8")
