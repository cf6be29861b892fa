"""Making the webhooks of one project what they have to be."""

import re
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from gitlab import Gitlab
from gitlab.exceptions import GitlabCreateError, GitlabDeleteError, GitlabUpdateError
from gitlab.v4.objects import ProjectHookManager

from gitlab_hooks import projects
from gitlab_hooks.hook import Hook, Wanted, plan
from gitlab_hooks.projects import Project
from gitlab_hooks.trouble import NOT_FOUND

HEADERS_SINCE: Final = (17, 1)
_VERSION: Final = re.compile(r"(\d+)\.(\d+)")
_NO_HEADERS: Final = re.compile(r"custom.headers", re.IGNORECASE)
_INVALID: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY})


class Deed(StrEnum):
    CREATED = "created"
    REWRITTEN = "rewritten"
    THERE = "already there"
    FAILED = "not done"


def takes_headers(gitlab: Gitlab) -> bool:
    """By the version; where GitLab does not tell it, we try, and believe the answer."""
    version = _VERSION.match(gitlab.version()[0])
    return version is None or (int(version[1]), int(version[2])) >= HEADERS_SINCE


def settle(gitlab: Gitlab, project: Project, wanted: Wanted, *, in_header: bool) -> Deed:
    """One webhook of the token, none of those that it replaces, all others as they were. Repeating it mends it."""
    manager = projects.hooks(gitlab, project)
    todo = plan(projects.listed(manager), wanted)
    deed = _keep(manager, todo.keep, wanted, in_header=in_header)
    for hook in todo.drop:
        delete(manager, hook)
    return deed


def delete(manager: ProjectHookManager, hook: Hook) -> None:
    try:
        manager.delete(hook.id)
    except GitlabDeleteError as error:
        if error.response_code != NOT_FOUND:  # Somebody was faster.
            raise


def _keep(manager: ProjectHookManager, hook: Hook | None, wanted: Wanted, *, in_header: bool) -> Deed:
    if hook is None:
        _write(manager, None, wanted, in_header=in_header)
        return Deed.CREATED
    can_header = in_header and hook.custom_headers is not None
    if wanted.is_met_by(hook, in_header=can_header):
        return Deed.THERE
    _write(manager, hook.id, wanted, in_header=can_header)
    return Deed.REWRITTEN


def _write(manager: ProjectHookManager, hook_id: int | None, wanted: Wanted, *, in_header: bool) -> None:
    if in_header:
        hook_id, is_taken = _write_with_header(manager, hook_id, wanted)
        if is_taken:
            return
    _put(manager, hook_id, wanted.form(in_header=False))


def _write_with_header(manager: ProjectHookManager, hook_id: int | None, wanted: Wanted) -> tuple[int | None, bool]:
    """The webhook's id, and whether GitLab took the header: an older one passes over it, or refuses it."""
    form = wanted.form(in_header=True)
    try:
        hook = _put(manager, hook_id, form)
        hook_id = hook.id
        if hook.custom_headers is not None and not hook.has_header(wanted.header):
            # With a new address GitLab drops all headers, those that come with it too. The second time it is not new.
            hook = _put(manager, hook_id, form)
    except (GitlabCreateError, GitlabUpdateError) as error:
        if error.response_code not in _INVALID or not _NO_HEADERS.search(str(error.error_message)):
            raise
        return hook_id, False
    return hook_id, hook.has_header(wanted.header)


def _put(manager: ProjectHookManager, hook_id: int | None, form: dict[str, Any]) -> Hook:
    if hook_id is None:
        return Hook.of(manager.create(form).attributes)
    return Hook.of(manager.update(hook_id, form))
