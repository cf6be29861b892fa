import pytest
from gitlab_world import ENGINE, IN_ENGINE, addresses, body, shown, text_slide

ZERO = "0" * 40
SOME = "7b1e0f9d8c6a5b4e3f2a1908d7c6b5a4e3f2d1c0"


def test_a_push_says_who_how_many_and_where() -> None:
    message = shown("push")

    assert message.text == f"*Ada Lovelace* pushed 3 commits to `main` {IN_ENGINE}"
    assert message.card is not None
    assert message.card.title == "analytical/engine: 3 commits on main"


def test_its_commits_are_listed_the_newest_last() -> None:
    lines = text_slide(shown("push")).split("\n")

    sha = "4f2c9ab1d0e7738f6f0f5a8f4be1f0c2a7d93e51"
    assert lines[0] == f"[`4f2c9ab1`]({ENGINE}/-/commit/{sha}) Carry the one across all wheels · Ada Lovelace"
    assert [line.rpartition(" · ")[2] for line in lines] == ["Ada Lovelace", "Ada Lovelace", "Grace Hopper"]


def test_its_buttons_lead_to_the_difference_and_to_the_project() -> None:
    before, after = SOME, "c5e8f1a2b3d4960718293a4b5c6d7e8f90a1b2c3"

    assert addresses(shown("push")) == {
        "Compare": f"{ENGINE}/-/compare/{before}...{after}",
        "Open project": ENGINE,
    }


def test_one_commit_is_one_commit() -> None:
    message = shown("push", {"commits": body("push")["commits"][:1], "total_commits_count": 1})

    assert " pushed 1 commit to `main` " in message.text


def test_of_many_commits_the_newest_are_shown_and_the_rest_counted() -> None:
    commit = body("push")["commits"][0]
    commits = [commit | {"title": f"Step {number}"} for number in range(20)]

    lines = text_slide(shown("push", {"commits": commits, "total_commits_count": 57})).split("\n")

    assert "Step 19" in lines[-2]
    assert lines[-1] == f"{57 - (len(lines) - 1)} earlier commits are not shown"


def test_of_long_commits_as_many_are_shown_as_fit() -> None:
    long = {"title": "*" * 500, "url": "https://x.example/" + "u" * 480, "author": {"name": "n" * 500}}
    commits = [body("push")["commits"][0] | long] * 20

    lines = text_slide(shown("push", {"commits": commits, "total_commits_count": 20})).split("\n")

    assert 1 < len(lines) < 10
    assert lines[-1] == f"{20 - (len(lines) - 1)} earlier commits are not shown"


@pytest.mark.parametrize("nothing", [ZERO, "0" * 64])
def test_a_new_branch_reads_as_one(nothing: str) -> None:
    empty = shown("push", {"before": nothing, "ref": "refs/heads/a/b", "commits": [], "total_commits_count": 0})
    filled = shown("push", {"before": nothing, "ref": "refs/heads/a/b"})

    assert empty.text == f"*Ada Lovelace* created branch `a/b` {IN_ENGINE}"
    assert filled.text == f"*Ada Lovelace* created branch `a/b` with 3 commits {IN_ENGINE}"
    assert addresses(empty) == {"Open branch": f"{ENGINE}/-/tree/a/b", "Open project": ENGINE}
    assert empty.slides == ()


def test_a_deleted_branch_reads_as_one() -> None:
    message = shown("push", {"after": ZERO, "checkout_sha": None, "commits": [], "total_commits_count": 0})

    assert message.text == f"*Ada Lovelace* deleted branch `main` {IN_ENGINE}"
    assert message.slides == ()
    assert addresses(message) == {"Open project": ENGINE}


def test_a_branch_forced_back_has_moved() -> None:
    message = shown("push", {"after": SOME, "commits": [], "total_commits_count": 0})

    assert message.text == f"*Ada Lovelace* moved `main` to `7b1e0f9d` {IN_ENGINE}"


def test_an_address_too_long_for_a_button_costs_only_that_button() -> None:
    home = "https://gitlab.keypost.example/" + "g" * 200

    message = shown("push", {"project": {"web_url": home}})

    assert addresses(message) == {"Open project": home}


@pytest.mark.parametrize("address", ["javascript:alert(1)", "", None, "https://", "https://a b", "git@x:a/b.git"])
def test_an_address_that_is_none_leads_nowhere(address: str | None) -> None:
    message = shown("push", {"project": {"web_url": address}})

    assert message.text.endswith(" in analytical/engine")
    assert message.buttons == ()
