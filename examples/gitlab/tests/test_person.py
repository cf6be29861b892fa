"""For whom an access token may speak: for the person with that e-mail address, confirmed at GitLab, and nobody else."""

from typing import Any

import pytest
from gitlab_hooks.trouble import Trouble
from gitlab_hooks.writing import Deed
from hooks_world import click, deeds, wanted
from standin import GitLab, User


def refusal(gitlab: GitLab, person: User, token: str = "") -> str:
    """What is said, when nothing was done."""
    gitlab.project("somebody/own", *gitlab.users.values())
    with pytest.raises(Trouble) as caught:
        click(gitlab, person, wanted("tok_1"), token=token)
    assert {asked.method for asked in gitlab.asked} == {"GET"}
    assert not [asked.path for asked in gitlab.asked if asked.path == "/projects"]
    return caught.value.sentence


def test_an_administrators_token_speaks_for_the_person_who_clicked(gitlab: GitLab, ada: User) -> None:
    gitlab.project("ada/own", ada)

    click(gitlab, ada, wanted("tok_1"))

    on_projects = {asked.speaker for asked in gitlab.asked if asked.path.startswith("/projects")}
    assert on_projects == {"ada"}


def test_an_administrator_gets_their_own_projects_and_not_those_of_all(gitlab: GitLab, ada: User) -> None:
    root = gitlab.users[1]
    gitlab.project("root/own", root)
    gitlab.project("ada/own", ada)
    token = gitlab.access_token(root, "api")

    outcomes = click(gitlab, root, wanted("tok_1"), token=token)

    assert deeds(outcomes) == {"root/own": Deed.CREATED}


def test_anybodys_token_works_for_its_owner(gitlab: GitLab, ada: User) -> None:
    gitlab.project("ada/own", ada)
    token = gitlab.access_token(ada, "api")

    outcomes = click(gitlab, ada, wanted("tok_1"), token=token)

    assert deeds(outcomes) == {"ada/own": Deed.CREATED}


def test_and_for_nobody_else(gitlab: GitLab, ada: User, grace: User) -> None:
    token = gitlab.access_token(ada, "api")

    assert "neither that of grace@keypost.example nor an administrator's" in refusal(gitlab, grace, token)


def test_the_case_of_ascii_letters_does_not_count(gitlab: GitLab) -> None:
    ada = gitlab.person("ada", email="Ada@Keypost.Example")
    gitlab.project("ada/own", ada)

    assert deeds(click(gitlab, ada, wanted("tok_1"))) == {"ada/own": Deed.CREATED}


def test_letters_that_look_alike_are_others(gitlab: GitLab) -> None:
    gitlab.person("kay", email="kay@keypost.example")
    stranger = User(0, "kay", "\u212aay@keypost.example")  # The sign for Kelvin, which is k in lower case.

    assert "nobody has the primary e-mail address" in refusal(gitlab, stranger)


@pytest.mark.parametrize("email", ["dam@keypost.example", "ada", "ada@keypost.exampl", "@", ""])
def test_a_part_of_an_address_is_not_the_address(gitlab: GitLab, ada: User, email: str) -> None:
    assert ada.email in "ada@keypost.example"

    assert "nobody has" in refusal(gitlab, User(0, "x", email))


@pytest.mark.parametrize(
    "more",
    [
        {"confirmed_at": None},
        {"state": "blocked"},
        {"state": "deactivated"},
        {"state": "ldap_blocked"},
        {"bot": True},
    ],
)
def test_an_account_that_is_not_in_order_is_not_spoken_for(gitlab: GitLab, more: dict[str, Any]) -> None:
    ada = gitlab.person("ada", **more)

    assert "not active, or its address is not confirmed" in refusal(gitlab, ada)


def test_an_owner_whose_address_is_not_confirmed_is_not_believed(gitlab: GitLab) -> None:
    ada = gitlab.person("ada", confirmed_at=None)
    token = gitlab.access_token(ada, "api")

    assert "not active, or its address is not confirmed" in refusal(gitlab, ada, token)


def test_two_people_with_one_address_are_too_many(gitlab: GitLab, ada: User) -> None:
    gitlab.person("ada2", email="ADA@keypost.example", state="blocked")

    assert "several people" in refusal(gitlab, ada)


def test_a_proxy_that_drops_the_header_is_noticed(gitlab: GitLab, ada: User) -> None:
    gitlab.passes_sudo = False

    assert "does not let the access token speak for others" in refusal(gitlab, ada)


def test_an_administrators_token_without_sudo_is_told_apart(gitlab: GitLab, ada: User) -> None:
    token = gitlab.access_token(gitlab.users[1], "api")

    assert "lacks a scope" in refusal(gitlab, ada, token)
