"""A person's projects and their webhooks, and working on many of them at once."""

import re
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

import requests
from gitlab import Gitlab
from gitlab.const import MAINTAINER_ACCESS
from gitlab.exceptions import GitlabGetError
from gitlab.v4.objects import ProjectHookManager
from msgspec import Struct

from gitlab_hooks.connection import THREADS
from gitlab_hooks.hook import Hook
from gitlab_hooks.trouble import NOT_FOUND, each, understood

P = TypeVar("P")
T = TypeVar("T")

_LOCKS: Final = tuple(threading.Lock() for _ in range(64))
_BY_NUMBER: Final = re.compile(r"/projects/(\d+)(?:\?|\Z)")


class Project(Struct, frozen=True):
    id: int
    path_with_namespace: str
    web_url: str = ""


def of_maintainer(gitlab: Gitlab, **filters: Any) -> list[Project]:
    """Where the person for whom `gitlab` speaks is a member, and at least a Maintainer; in the order of their paths."""
    found = gitlab.projects.list(
        membership=True,
        min_access_level=int(MAINTAINER_ACCESS),
        simple=True,
        pagination="keyset",
        order_by="id",
        sort="asc",
        iterator=True,
        **filters,
    )
    return sorted(map(_project, each(found)), key=lambda project: project.path_with_namespace.lower())


def at(gitlab: Gitlab, path: str) -> Project | None:
    """The project that has this path, or had it before it was moved; None if there is none for us to see."""
    try:
        return _project(gitlab.projects.get(path))
    except GitlabGetError as error:
        if error.response_code == NOT_FOUND:
            return None
        raise
    except requests.TooManyRedirects as moved:
        number = _BY_NUMBER.search(moved.response.headers["Location"]) if moved.response is not None else None
        if number is None:
            raise
        return _project(gitlab.projects.get(int(number[1])))


def hooks(gitlab: Gitlab, project: Project) -> ProjectHookManager:
    return gitlab.projects.get(project.id, lazy=True).hooks


def listed(manager: ProjectHookManager) -> tuple[Hook, ...]:
    return tuple(Hook.of(hook.attributes) for hook in each(manager.list(iterator=True)))


def for_each(items: Iterable[P], work: Callable[[P], T]) -> list[T]:
    """`work` done on each item, several at a time; what it returned, in the order of the items."""
    with ThreadPoolExecutor(THREADS, "gitlab") as threads:
        return list(threads.map(work, items))


def alone_on(project: Project) -> threading.Lock:
    """To hold while a project's webhooks are read and changed: GitLab does not compare before it writes."""
    return _LOCKS[project.id % len(_LOCKS)]


def _project(found: Any) -> Project:
    return understood(found.attributes, Project)
