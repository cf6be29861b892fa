"""When a token ends, its webhooks go."""

import threading

import pytest
from gitlab_hooks.taking_down import Removed
from gitlab_hooks.trouble import Trouble
from hooks_world import address, click, end, only, wanted, works
from standin import DEVELOPER, GitLab, User

WITHOUT_LOCK_S = 0.5
"""In this time it would be done, did it not have to wait."""
HOOKS = r"/projects/\d+/hooks"


def test_its_webhooks_go_and_no_others(gitlab: GitLab, ada: User, grace: User) -> None:
    engine, store = gitlab.project("ada/engine", ada, grace), gitlab.project("ada/store", ada)
    foreign = gitlab.hook(store, "https://ci.example/?token=tok_1")
    click(gitlab, ada, wanted("tok_1"))
    click(gitlab, ada, wanted("tok_2"))
    click(gitlab, grace, wanted("tok_3"))

    removed = end(gitlab, ada, "tok_1")

    assert removed == Removed(hooks=2, projects=2, closed=0)
    assert [works(hook, "tok_2") for hook in engine.hooks.values()] == [True, False]
    assert [works(hook, "tok_3") for hook in engine.hooks.values()] == [False, True]
    assert [hook.url for hook in store.hooks.values()] == [foreign.url, address("tok_2")]


def test_ending_twice_is_ending_once(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("ada/own", ada)
    click(gitlab, ada, wanted("tok_1"))

    first, second = end(gitlab, ada, "tok_1", "ada/own"), end(gitlab, ada, "tok_1", "ada/own")

    assert (first.hooks, second.hooks) == (1, 0)
    assert project.hooks == {}


def test_a_token_that_was_replaced_leaves_the_webhook_to_its_successor(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("ada/own", ada)
    click(gitlab, ada, wanted("tok_1"))
    click(gitlab, ada, wanted("tok_2", "tok_1"))

    removed = end(gitlab, ada, "tok_1", "ada/own")

    assert removed.hooks == 0
    assert works(only(project), "tok_2")


def test_also_where_the_owner_is_no_longer_a_maintainer(gitlab: GitLab, ada: User) -> None:
    left, lowered = gitlab.project("shared/left", ada), gitlab.project("shared/lowered", ada)
    click(gitlab, ada, wanted("tok_1"))
    left.members, lowered.members = {}, {ada.id: DEVELOPER}

    removed = end(gitlab, ada, "tok_1", "shared/left", "shared/lowered")

    assert removed == Removed(hooks=2, projects=2, closed=0)
    assert (left.hooks, lowered.hooks) == ({}, {})


def test_also_when_the_answer_that_told_of_the_projects_was_lost(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("ada/own", ada)
    click(gitlab, ada, wanted("tok_1"))

    end(gitlab, ada, "tok_1")

    assert project.hooks == {}


def test_also_from_a_project_that_is_archived_now(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("ada/own", ada)
    click(gitlab, ada, wanted("tok_1"))
    project.is_archived = True

    end(gitlab, ada, "tok_1")

    assert project.hooks == {}


@pytest.mark.parametrize("more", [{"state": "blocked"}, {"email": "ada@elsewhere.example"}])
def test_also_when_its_owner_has_left(gitlab: GitLab, ada: User, more: dict[str, str]) -> None:
    project = gitlab.project("shared/own", ada)
    click(gitlab, ada, wanted("tok_1"))
    known_as = User(ada.id, "ada", ada.email)
    ada.state, ada.email = more.get("state", ada.state), more.get("email", ada.email)

    end(gitlab, known_as, "tok_1", "shared/own")

    assert project.hooks == {}


def test_also_when_we_are_not_told_who_its_owner_is(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("shared/own", ada)
    click(gitlab, ada, wanted("tok_1"))

    end(gitlab, User(0, "", ""), "tok_1", "shared/own")

    assert project.hooks == {}


def test_a_project_that_was_moved_is_found_under_its_new_path(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("old/own", ada)
    click(gitlab, ada, wanted("tok_1"))
    project.path, project.members = "new/own", {}
    gitlab.moved["old/own"] = project.id

    end(gitlab, ada, "tok_1", "old/own")

    assert project.hooks == {}


def test_a_project_that_is_gone_is_nothing_to_wait_for(gitlab: GitLab, ada: User) -> None:
    assert end(gitlab, ada, "tok_1", "ada/gone") == Removed(hooks=0, projects=0, closed=0)


def test_a_project_that_lets_us_no_longer_in_is_counted_and_left(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("shared/own", ada)
    token = gitlab.access_token(ada, "api")
    click(gitlab, ada, wanted("tok_1"), token=token)
    project.members[ada.id] = DEVELOPER

    removed = end(gitlab, ada, "tok_1", "shared/own", token=token)

    assert removed == Removed(hooks=0, projects=1, closed=1)


def test_somebody_who_is_faster_is_no_trouble(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("ada/own", ada)
    click(gitlab, ada, wanted("tok_1"))
    gitlab.fail("DELETE", HOOKS + r"/\d+", 404, is_done=True)

    removed = end(gitlab, ada, "tok_1")

    assert removed.hooks == 1
    assert project.hooks == {}


def test_while_gitlab_is_down_it_fails_so_that_somebody_tries_again(gitlab: GitLab, ada: User) -> None:
    bad, good = gitlab.project("ada/bad", ada), gitlab.project("ada/good", ada)
    click(gitlab, ada, wanted("tok_1"))
    gitlab.fail("GET", f"/projects/{bad.id}/hooks", 502, times=3)

    with pytest.raises(Trouble):
        end(gitlab, ada, "tok_1")
    half_way = (len(bad.hooks), len(good.hooks))
    end(gitlab, ada, "tok_1")

    assert half_way == (1, 0)
    assert bad.hooks == {}


@pytest.mark.parametrize("path", ["/user", "/users", "/projects"])
def test_it_fails_too_when_not_even_the_projects_can_be_asked_for(gitlab: GitLab, ada: User, path: str) -> None:
    gitlab.project("ada/own", ada)
    click(gitlab, ada, wanted("tok_1"))
    gitlab.fail("GET", path, 503, times=3)

    with pytest.raises(Trouble):
        end(gitlab, ada, "tok_1")


def test_an_access_token_that_ended_is_waited_for(gitlab: GitLab, ada: User) -> None:
    gitlab.project("ada/own", ada)
    click(gitlab, ada, wanted("tok_1"))

    with pytest.raises(Trouble, match="does not accept the access token"):
        end(gitlab, ada, "tok_1", "ada/own", token="glpat-over")


def test_nothing_is_registered_between_looking_and_deleting(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("ada/own", ada)
    click(gitlab, ada, wanted("tok_1"))
    deleting = gitlab.hold("DELETE", HOOKS + r"/\d+")
    taking_down = threading.Thread(target=end, args=(gitlab, ada, "tok_1"))
    taking_down.start()
    deleting.reached.wait()
    registering = threading.Thread(target=click, args=(gitlab, ada, wanted("tok_2", "tok_1")))
    registering.start()
    registering.join(timeout=WITHOUT_LOCK_S)

    deleting.let_go()
    taking_down.join()
    registering.join()

    assert works(only(project), "tok_2")


def test_no_maintainer_is_needed_to_take_down_what_an_administrators_token_made(gitlab: GitLab, ada: User) -> None:
    gitlab.project("ada/own", ada)
    click(gitlab, ada, wanted("tok_1"))

    end(gitlab, ada, "tok_1")

    assert [asked.speaker for asked in gitlab.asked if asked.method == "DELETE"] == ["root"]
