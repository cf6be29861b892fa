"""Tries the settings before an admin relies on them."""

from typing import Final

from gitlab import Gitlab
from gitlab.exceptions import GitlabAuthenticationError, GitlabGetError, GitlabHttpError
from msgspec import Struct

from gitlab_hooks import person
from gitlab_hooks.connection import connect, trust
from gitlab_hooks.patience import Patience
from gitlab_hooks.settings import Settings
from gitlab_hooks.trouble import FORBIDDEN, Trouble, understood
from keypost_sdk import Verdict

TITLE: Final = "GitLab cannot be used with these settings"
WITHOUT: Final = "Without an address and an access token everything works too, but people paste the webhooks by hand."
API: Final = "api"


class Token(Struct, frozen=True):
    scopes: tuple[str, ...] = ()


def judge(settings: Settings, patience: Patience) -> Verdict:
    """What is set has to work; what is not set is not missed."""
    try:
        _try(settings, patience)
    except Trouble as trouble:
        return Verdict.no(TITLE, f"{trouble.sentence}.", footer=WITHOUT)
    return Verdict()


def _try(settings: Settings, patience: Patience) -> None:
    trust(settings.ca_certificate)
    if not settings.address:
        return
    with connect(settings, patience.request_s) as gitlab:
        if settings.can_register:
            patience.run(lambda: _try_token(gitlab))
        else:
            patience.run(lambda: _try_address(gitlab))


def _try_address(gitlab: Gitlab) -> None:
    try:
        gitlab.http_get("/version")
    except GitlabAuthenticationError:
        return  # Only GitLab asks who we are.


def _try_token(gitlab: Gitlab) -> None:
    owner = person.speaker(gitlab)
    scopes = _scopes(gitlab)
    if scopes is not None and API not in scopes:
        raise Trouble(f"The access token has no scope {API}")
    if owner.is_admin:
        _try_sudo(gitlab, owner)


def _try_sudo(gitlab: Gitlab, owner: person.Person) -> None:
    gitlab.headers["Sudo"] = str(owner.id)
    try:
        person.speaker(gitlab)
    except GitlabHttpError as error:
        if error.response_code != FORBIDDEN:
            raise
        raise Trouble(
            "The access token is an administrator's but may not speak for others: it needs the scope sudo, and "
            "admin_mode too where GitLab asks administrators for it"
        ) from None


def _scopes(gitlab: Gitlab) -> tuple[str, ...] | None:
    """None where GitLab does not tell: it may be too old, or the token of another kind."""
    try:
        return understood(gitlab.personal_access_tokens.get("self").attributes, Token).scopes
    except GitlabGetError:
        return None
