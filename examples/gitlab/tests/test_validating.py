"""Settings are tried before an admin relies on them."""

import pytest
from gitlab_hooks.settings import Settings
from gitlab_hooks.validating import judge
from hooks_world import Time, settings
from standin import GitLab, User

from keypost_sdk import Secret, Verdict


def verdict(known: Settings) -> Verdict:
    return judge(known, Time().patience(12.0))


def test_what_is_not_set_is_not_missed() -> None:
    assert verdict(Settings()).allows


def test_an_administrators_token_with_both_scopes_is_fine(gitlab: GitLab) -> None:
    assert verdict(settings(gitlab)).allows


def test_anybodys_token_with_the_scope_api_is_fine(gitlab: GitLab, ada: User) -> None:
    assert verdict(settings(gitlab, gitlab.access_token(ada, "api"))).allows


def test_an_address_alone_is_tried_too(gitlab: GitLab) -> None:
    assert verdict(Settings(gitlab.url)).allows
    assert not verdict(Settings("http://localhost:1")).allows


@pytest.mark.parametrize("scopes", [("read_api",), ("read_user", "read_api")])
def test_a_token_without_api_is_refused(gitlab: GitLab, ada: User, scopes: tuple[str, ...]) -> None:
    refused = verdict(settings(gitlab, gitlab.access_token(ada, *scopes)))

    assert not refused.allows
    assert refused.message == "The access token has no scope api."


def test_an_administrators_token_without_sudo_is_refused(gitlab: GitLab) -> None:
    refused = verdict(settings(gitlab, gitlab.access_token(gitlab.users[1], "api")))

    assert not refused.allows
    assert "needs the scope sudo" in refused.message


def test_a_token_of_a_kind_that_tells_no_scopes_is_tried_as_far_as_it_goes(gitlab: GitLab, ada: User) -> None:
    gitlab.fail("GET", "/personal_access_tokens/self", 400)

    assert verdict(settings(gitlab, gitlab.access_token(ada, "api"))).allows


def test_a_wrong_token_is_refused(gitlab: GitLab) -> None:
    refused = verdict(settings(gitlab, "glpat-wrong"))

    assert refused.title == "GitLab cannot be used with these settings"
    assert refused.message == "GitLab does not accept the access token: it is wrong, revoked or expired."


def test_a_server_that_is_down_is_refused_after_a_few_tries(gitlab: GitLab) -> None:
    gitlab.fail("GET", "/user", 502, times=1_000)

    assert verdict(settings(gitlab)).message == "GitLab has trouble of its own (status 502)."


def test_a_server_that_is_down_for_a_moment_is_not(gitlab: GitLab) -> None:
    gitlab.fail("GET", "/user", 502)
    gitlab.fail("GET", "/personal_access_tokens/self", 502)

    assert verdict(settings(gitlab)).allows


def test_what_is_no_certificate_is_refused_even_alone() -> None:
    refused = verdict(Settings(ca_certificate="/etc/ssl/ca.pem"))

    assert refused.message == "The setting `ca_certificate` is no certificate in PEM form."


def test_an_address_where_something_else_answers_is_refused(gitlab: GitLab) -> None:
    gitlab.fail("GET", "/version", 404, times=1_000)

    assert not verdict(Settings(gitlab.url)).allows


def test_a_token_is_not_in_the_verdict(gitlab: GitLab) -> None:
    known = Settings(gitlab.url, Secret("glpat-canary"))

    assert "canary" not in repr(verdict(known))
