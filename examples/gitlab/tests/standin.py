"""A stand-in for GitLab: a real HTTP server on loopback, with the part of GitLab's REST API that the extension uses.

It behaves as GitLab documents it, and where the documentation is silent as GitLab's own code does: a webhook whose
address changes loses its custom headers, those that come with the new address too. Here is what it holds; what it
answers is in `standin_api`, the server in `standin_server`.
"""

import re
import threading
from collections.abc import Mapping
from typing import Any, Final

from msgspec import UNSET, Struct, field

NEW: Final = "18.2.1-ee"
MAINTAINER: Final = 40
DEVELOPER: Final = 30
API_SUDO: Final = ("api", "sudo")


class User(Struct):
    id: int
    username: str
    email: str
    is_admin: bool = False
    state: str = "active"
    confirmed_at: str | None = "2026-01-05T09:00:00.000Z"
    bot: bool = False


class Token(Struct):
    user: User
    scopes: tuple[str, ...]


class Hook(Struct):
    """`headers` with the values that GitLab never shows again."""

    id: int
    url: str
    switches: dict[str, bool]
    enable_ssl_verification: bool = True
    name: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


class Project(Struct):
    id: int
    path: str
    members: dict[int, int]
    hooks: dict[int, Hook] = field(default_factory=dict)
    is_archived: bool = False


class Asked(Struct):
    """One request; `speaker` is for whom it was made, by username."""

    method: str
    path: str
    query: dict[str, str]
    speaker: str


class Fault(Struct):
    """What the next requests that match get instead of an answer: the `message` of an error, or any `content`. With
    `is_done` the work is done all the same; `until` then, nothing is answered at all. Status 0: the answer is right.
    """

    method: str
    path: re.Pattern[str]
    status: int
    times: int
    headers: Mapping[str, str] = {}
    message: Any = "trouble"
    content: Any = UNSET
    is_done: bool = False
    until: threading.Event | None = None
    reached: threading.Event = field(default_factory=threading.Event)

    def let_go(self) -> None:
        if self.until is not None:
            self.until.set()


class GitLab:
    """`version` None: it does not tell. One without headers passes over them, or refuses them."""

    def __init__(self, version: str | None = NEW, *, has_headers: bool = True, refuses_headers: bool = False) -> None:
        self.version = version
        self.has_headers = has_headers
        self.refuses_headers = refuses_headers
        self.url = ""
        self.users: dict[int, User] = {}
        self.tokens: dict[str, Token] = {}
        self.projects: dict[int, Project] = {}
        self.moved: dict[str, int] = {}
        self.blocked_host = ""
        self.hooks_max = 100
        self.passes_sudo = True
        self.latency_s = 0.0
        self.asked: list[Asked] = []
        self.at_once = 0
        self.most_at_once = 0
        self.faults: list[Fault] = []
        self.lock = threading.RLock()
        self._ids = iter(range(1, 1_000_000))

    def new_id(self) -> int:
        return next(self._ids)

    def person(self, name: str, **more: Any) -> User:
        user = User(id=self.new_id(), username=name, **{"email": f"{name}@keypost.example", **more})
        self.users[user.id] = user
        return user

    def admin(self, name: str = "root") -> User:
        return self.person(name, is_admin=True)

    def access_token(self, user: User, *scopes: str) -> str:
        text = f"glpat-{self.new_id():020}"
        self.tokens[text] = Token(user, scopes or API_SUDO)
        return text

    def project(self, path: str, *maintainers: User, **levels: int) -> Project:
        """Its Maintainers, and others by their name and level."""
        members = {user.id: MAINTAINER for user in maintainers}
        members |= {user.id: levels[user.username] for user in self.users.values() if user.username in levels}
        project = Project(self.new_id(), path, members)
        self.projects[project.id] = project
        return project

    def hook(self, project: Project, url: str, **more: Any) -> Hook:
        hook = Hook(self.new_id(), url, {"push_events": True}, **more)
        project.hooks[hook.id] = hook
        return hook

    def fail(self, method: str, path: str, status: int, *, times: int = 1, **more: Any) -> Fault:
        self.faults.append(Fault(method, re.compile(path + r"\Z"), status, times, **more))
        return self.faults[-1]

    def was_asked(self, method: str) -> list[str]:
        return [asked.path for asked in self.asked if asked.method == method]

    def hold(self, method: str, path: str) -> Fault:
        """The next request that matches is answered as ever, but not before somebody lets it go."""
        return self.fail(method, path, 0, is_done=True, until=threading.Event())

    def fault(self, method: str, path: str) -> Fault | None:
        with self.lock:
            for fault in self.faults:
                if fault.times and fault.method == method and fault.path.match(path):
                    fault.times -= 1
                    fault.reached.set()
                    return fault
        return None
