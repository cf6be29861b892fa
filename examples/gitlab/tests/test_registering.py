"""One click registers the webhook of a token on the projects of the person who clicked."""

import threading

import pytest
from gitlab_events.kinds import KINDS
from gitlab_hooks.registering import register
from gitlab_hooks.under_way import UnderWay
from gitlab_hooks.writing import Deed
from hooks_world import HEADER, Time, address, click, deeds, only, secret, settings, wanted, whys, works
from standin import DEVELOPER, GitLab, Hook, User

OWNER = 50


def test_each_project_of_a_maintainer_gets_one_webhook_that_works(gitlab: GitLab, ada: User) -> None:
    engine, store = gitlab.project("analytical/engine", ada), gitlab.project("analytical/store", ada=OWNER)

    outcomes = click(gitlab, ada, wanted("tok_1"))

    assert deeds(outcomes) == {"analytical/engine": Deed.CREATED, "analytical/store": Deed.CREATED}
    assert works(only(engine), "tok_1")
    assert works(only(store), "tok_1")


def test_no_other_project_is_touched_that_the_administrators_token_may_see(
    gitlab: GitLab, ada: User, grace: User
) -> None:
    root = gitlab.users[1]
    others = [
        gitlab.project("root/secret", root),
        gitlab.project("grace/own", grace),
        gitlab.project("shared/read", grace, ada=DEVELOPER),
        gitlab.project("both/root", root, ada=DEVELOPER),
    ]
    gitlab.project("ada/own", ada)

    outcomes = click(gitlab, ada, wanted("tok_1"))

    assert deeds(outcomes) == {"ada/own": Deed.CREATED}
    assert [project.hooks for project in others] == [{}, {}, {}, {}]


def test_an_archived_project_sends_nothing_and_gets_nothing(gitlab: GitLab, ada: User) -> None:
    gitlab.project("ada/old", ada).is_archived = True

    assert click(gitlab, ada, wanted("tok_1")) == []


def test_whoever_is_a_maintainer_nowhere_gets_an_empty_report(gitlab: GitLab, ada: User) -> None:
    gitlab.project("shared/read", ada=DEVELOPER)

    assert click(gitlab, ada, wanted("tok_1")) == []


def test_the_secret_is_in_a_header_and_not_in_the_address(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("ada/own", ada)

    click(gitlab, ada, wanted("tok_1"))

    hook = only(project)
    assert (hook.url, hook.headers) == (address("tok_1"), {HEADER: secret("tok_1")})
    assert (hook.enable_ssl_verification, hook.name) == (True, "Keypost")


def test_what_the_token_wants_to_see_is_switched_on(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("ada/own", ada)

    click(gitlab, ada, wanted("tok_1"))
    usual = {name for name, is_on in only(project).switches.items() if is_on}
    click(gitlab, ada, wanted("tok_2", "tok_1", events=["jobs", "confidential"]))
    more = {name for name, is_on in only(project).switches.items() if is_on}

    assert usual == {switch for kind in KINDS.values() if kind.is_usual for switch in kind.switches}
    assert more - usual == {"job_events", "confidential_issues_events", "confidential_note_events"}


def test_a_second_click_for_the_same_token_finds_it_there_and_writes_nothing(gitlab: GitLab, ada: User) -> None:
    gitlab.project("ada/own", ada)
    click(gitlab, ada, wanted("tok_1"))
    gitlab.asked.clear()

    outcomes = click(gitlab, ada, wanted("tok_1"))

    assert deeds(outcomes) == {"ada/own": Deed.THERE}
    assert {asked.method for asked in gitlab.asked} == {"GET"}


def test_already_there_means_mine(gitlab: GitLab, ada: User, grace: User) -> None:
    project = gitlab.project("shared/both", ada, grace)
    click(gitlab, ada, wanted("tok_1"))

    outcomes = click(gitlab, grace, wanted("tok_2"))

    assert deeds(outcomes) == {"shared/both": Deed.CREATED}
    mine, theirs = project.hooks.values()
    assert works(mine, "tok_1")
    assert works(theirs, "tok_2")


def test_a_webhook_that_somebody_changed_is_mended(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("ada/own", ada)
    click(gitlab, ada, wanted("tok_1"))
    hook = only(project)
    hook.switches["push_events"], hook.enable_ssl_verification, hook.headers = False, False, {}

    outcomes = click(gitlab, ada, wanted("tok_1"))

    assert deeds(outcomes) == {"ada/own": Deed.REWRITTEN}
    assert works(only(project), "tok_1")
    assert only(project).switches["push_events"]


def test_replacing_rewrites_the_same_webhook(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("ada/own", ada)
    click(gitlab, ada, wanted("tok_1"))
    before = only(project).id

    outcomes = click(gitlab, ada, wanted("tok_2", "tok_1"))

    assert deeds(outcomes) == {"ada/own": Deed.REWRITTEN}
    assert only(project).id == before
    assert works(only(project), "tok_2")


def test_replacing_never_makes_a_second_webhook_nor_takes_the_first_away(gitlab: GitLab, ada: User) -> None:
    gitlab.project("ada/own", ada)
    click(gitlab, ada, wanted("tok_1"))
    gitlab.asked.clear()

    click(gitlab, ada, wanted("tok_2", "tok_1"))

    assert (gitlab.was_asked("POST"), gitlab.was_asked("DELETE")) == ([], [])


def test_of_several_tokens_that_are_replaced_one_webhook_stays(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("ada/own", ada)
    click(gitlab, ada, wanted("tok_1"))
    click(gitlab, ada, wanted("tok_2"))

    click(gitlab, ada, wanted("tok_3", "tok_1", "tok_2"))

    assert works(only(project), "tok_3")


def test_webhooks_that_are_not_ours_stay_as_they_are(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("ada/own", ada)
    foreign = [
        gitlab.hook(project, url)
        for url in (
            "https://ci.example/hook?token=tok_1",
            address("tok_1").replace("keypost.example", "other.example"),
            address("tok_1").replace("https://", "http://"),
            address("tok_1").replace("a2V5", "b3RoZXI"),
            address("tok_1").replace("1001", "1002"),
            address("tok_1") + "&token=tok_2",
            address("tok_11"),
            address("tok_1").partition("&token")[0],
        )
    ]
    before = [(hook.url, dict(hook.switches), dict(hook.headers)) for hook in foreign]

    click(gitlab, ada, wanted("tok_2", "tok_1"))

    assert [(hook.url, hook.switches, hook.headers) for hook in list(project.hooks.values())[:-1]] == before
    assert len(project.hooks) == len(foreign) + 1


def test_a_page_is_not_the_whole(gitlab: GitLab, ada: User) -> None:
    projects = [gitlab.project(f"ada/p{number}", ada) for number in range(130)]
    for number in range(120):
        gitlab.hook(projects[7], f"https://ci.example/{number}")
    gitlab.hooks_max = 200
    click(gitlab, ada, wanted("tok_1"))

    outcomes = click(gitlab, ada, wanted("tok_1"))

    assert len(outcomes) == 130
    assert {outcome.deed for outcome in outcomes} == {Deed.THERE}
    assert len(projects[7].hooks) == 121


def test_a_token_that_ends_meanwhile_is_not_registered_any_further(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("ada/own", ada)
    under_way = UnderWay()
    gitlab.fail("GET", f"/projects/{project.id}/hooks", 502)
    patience = Time(meanwhile=lambda: under_way.over(["tok_1"])).patience()

    outcomes = register(settings(gitlab), ada.email, wanted("tok_1"), under_way, patience)

    assert whys(outcomes) == {"ada/own": "The key has ended meanwhile"}
    assert project.hooks == {}


def test_a_token_that_is_replaced_meanwhile_is_not_registered_beside_the_new_one(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("ada/own", ada)
    under_way = UnderWay()
    asking = gitlab.hold("GET", "/projects")
    first = threading.Thread(
        target=register, args=(settings(gitlab), ada.email, wanted("tok_1"), under_way, Time().patience())
    )
    first.start()
    asking.reached.wait()

    register(settings(gitlab), ada.email, wanted("tok_2", "tok_1"), under_way, Time().patience())
    asking.let_go()
    first.join()

    assert works(only(project), "tok_2")


def test_the_number_of_projects_has_a_bound(gitlab: GitLab, ada: User) -> None:
    for number in range(3):
        gitlab.project(f"ada/p{number}", ada)

    outcomes = register(settings(gitlab), ada.email, wanted("tok_1"), UnderWay(), Time().patience(), most=2)

    assert deeds(outcomes) == {"ada/p0": Deed.CREATED, "ada/p1": Deed.CREATED, "ada/p2": Deed.FAILED}
    assert whys(outcomes) == {"ada/p2": "One key connects 2 projects at the most"}


@pytest.mark.parametrize(
    "standin",
    [
        GitLab("16.11.4-ee", has_headers=False),
        GitLab("17.0.1", has_headers=False, refuses_headers=True),
        GitLab(None, has_headers=False),
        GitLab(None, has_headers=False, refuses_headers=True),
        GitLab("18.0.0", has_headers=False),
    ],
    ids=["old", "old and strict", "of no version", "of no version and strict", "not what its version says"],
)
class TestGitLabWithoutHeaders:
    def test_the_secret_goes_into_the_address(self, without_headers: GitLab) -> None:
        ada = without_headers.person("ada")
        project = without_headers.project("ada/own", ada)

        outcomes = click(without_headers, ada, wanted("tok_1"))

        assert deeds(outcomes) == {"ada/own": Deed.CREATED}
        assert only(project).url == f"{address('tok_1')}&zapikey={secret('tok_1')}"
        assert works(only(project), "tok_1")

    def test_it_is_found_again_and_rewritten(self, without_headers: GitLab) -> None:
        ada = without_headers.person("ada")
        project = without_headers.project("ada/own", ada)
        click(without_headers, ada, wanted("tok_1"))
        before = only(project).id

        again = click(without_headers, ada, wanted("tok_1"))
        replaced = click(without_headers, ada, wanted("tok_2", "tok_1"))

        assert deeds(again) == {"ada/own": Deed.THERE}
        assert deeds(replaced) == {"ada/own": Deed.REWRITTEN}
        assert only(project).id == before
        assert works(only(project), "tok_2")


def test_after_an_upgrade_of_gitlab_the_secret_leaves_the_address(gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("ada/own", ada)
    hook = gitlab.hook(project, f"{address('tok_1')}&zapikey={secret('tok_1')}")

    click(gitlab, ada, wanted("tok_1"))

    assert only(project).id == hook.id
    assert only(project).url == address("tok_1")
    assert works(only(project), "tok_1")


def test_the_world_knows_a_webhook_that_would_be_refused() -> None:
    url, headers = address("tok_1"), {HEADER: secret("tok_1")}

    assert not works(Hook(1, url, {}), "tok_1")
    assert not works(Hook(1, f"{url}&zapikey={secret('tok_1')}", {}, headers=headers), "tok_1")
    assert not works(Hook(1, url, {}, headers={HEADER: secret("tok_2")}), "tok_1")
