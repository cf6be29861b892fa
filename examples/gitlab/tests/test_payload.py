import pytest
from gitlab_events.payload import Project, day
from gitlab_events.vulnerability import Vulnerability
from gitlab_world import ENGINE
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2026-03-09", "2026-03-09"),
        ("2026-03-09 07:57:25 UTC", "2026-03-09"),
        ("2026-03-09T00:00:00Z", "2026-03-09"),
        ("2026-03-091", "2026-03-091"),
        ("next *week*", "next *\u200aweek*"),
        ("", ""),
        (None, ""),
    ],
)
def test_of_a_time_the_day_is_shown(written: str | None, shown: str) -> None:
    assert day(written) == shown


@pytest.mark.parametrize(
    ("url", "project"),
    [
        (f"{ENGINE}/-/security/vulnerabilities/19", Project(path_with_namespace="analytical/engine", web_url=ENGINE)),
        ("https://x.example/-/security", None),
        ("https://x.example/a/b", None),
        ("javascript:/-/", None),
        (None, None),
    ],
)
def test_a_vulnerability_is_in_the_project_that_its_address_names(url: str | None, project: Project | None) -> None:
    assert Vulnerability(title="", url=url).project == project


@settings(deadline=None)
@given(st.text() | st.text().map("https://x.example/{}/-/y".format))
def test_any_address_names_a_project_or_none(url: str) -> None:
    project = Vulnerability(title="", url=url).project

    assert project is None or url.startswith("https://x.example/")
