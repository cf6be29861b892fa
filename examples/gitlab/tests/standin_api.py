"""What the stand-in for GitLab answers: users, projects and their webhooks, as GitLab's REST API documents them."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote, unquote, urlencode, urlsplit

from msgspec import Struct
from standin import MAINTAINER, Asked, GitLab, Hook, Project, User

Answer = tuple[int, Mapping[str, str], Any]

SWITCHES: Final = {
    "push_events": True,
    "tag_push_events": False,
    "issues_events": False,
    "confidential_issues_events": False,
    "merge_requests_events": False,
    "note_events": False,
    "confidential_note_events": False,
    "job_events": False,
    "pipeline_events": False,
    "wiki_page_events": False,
    "deployment_events": False,
    "releases_events": False,
}
"""What every version has, and what is on unless somebody says something else."""
NEWER_SWITCHES: Final = dict.fromkeys(
    (
        "feature_flag_events",
        "milestone_events",
        "emoji_events",
        "resource_access_token_events",
        "resource_deploy_token_events",
        "vulnerability_events",
    ),
    False,
)
HEADER_KEY: Final = re.compile(r"[A-Za-z]+[0-9]*(?:[._-][A-Za-z0-9]+)*")
PER_PAGE: Final = 20
PER_PAGE_MAX: Final = 100
READS: Final = frozenset({"api", "read_api"})


class Request(Struct):
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: dict[str, Any]


class Refused(Exception):  # noqa: N818 - an answer
    def __init__(self, status: int, message: Any, member: str = "message") -> None:
        super().__init__(message)
        self.status = status
        self.body = {member: message}


def answer(gitlab: GitLab, request: Request) -> Answer:
    try:
        speaker, scopes = _speaker(gitlab, request)
        gitlab.asked.append(Asked(request.method, request.path, request.query, speaker.username))
        return _routed(gitlab, request, speaker, scopes)
    except Refused as refused:
        return refused.status, {}, refused.body


def _routed(gitlab: GitLab, request: Request, speaker: User, scopes: frozenset[str]) -> Answer:
    for method, path, needed, handler in ROUTES:
        found = re.fullmatch(path, request.path)
        if method == request.method and found:
            _require(bool(needed & scopes), 403, "insufficient_scope", "error")
            return handler(gitlab, request, speaker, *map(unquote, found.groups()))
    raise Refused(404, "404 Not Found", "error")


def _require(is_so: bool, status: int, message: Any, member: str = "message") -> None:
    if not is_so:
        raise Refused(status, message, member)


def _speaker(gitlab: GitLab, request: Request) -> tuple[User, frozenset[str]]:
    token = gitlab.tokens.get(request.headers.get("PRIVATE-TOKEN", ""))
    if token is None or token.user.state != "active":
        raise Refused(401, "401 Unauthorized")
    scopes = frozenset(token.scopes)
    sudo = request.headers.get("Sudo", "") if gitlab.passes_sudo else ""
    if not sudo:
        return token.user, scopes
    _require(token.user.is_admin, 403, "403 Forbidden - Must be admin to use sudo")
    _require("sudo" in scopes, 403, "insufficient_scope", "error")
    found = [user for user in gitlab.users.values() if sudo in (str(user.id), user.username)]
    _require(bool(found), 404, f"404 User with ID or username '{sudo}' Not Found")
    return found[0], scopes


def _version(gitlab: GitLab, _: Request, __: User) -> Answer:
    _require(gitlab.version is not None, 403, "403 Forbidden")
    return 200, {}, {"version": gitlab.version, "revision": "0a1b2c3d4e5"}


def _me(_: GitLab, __: Request, speaker: User) -> Answer:
    return 200, {}, _whole(speaker)


def _token_itself(gitlab: GitLab, request: Request, _: User) -> Answer:
    token = gitlab.tokens[request.headers["PRIVATE-TOKEN"]]
    return 200, {}, {"id": 1, "name": "keypost", "active": True, "revoked": False, "scopes": list(token.scopes)}


def _users(gitlab: GitLab, request: Request, speaker: User) -> Answer:
    """Administrators find people by private addresses too, and see those."""
    search = request.query.get("search", "").lower()
    found = [user for user in gitlab.users.values() if search in user.username or search == user.email.lower()]
    if not speaker.is_admin:
        found = [user for user in found if search in user.username]
    show = _whole if speaker.is_admin else _public
    return _page(request, [show(user) for user in sorted(found, key=lambda user: -user.id)])


def _public(user: User) -> dict[str, Any]:
    return {"id": user.id, "username": user.username, "name": user.username.title(), "state": user.state}


def _whole(user: User) -> dict[str, Any]:
    private = {"email": user.email, "confirmed_at": user.confirmed_at, "bot": user.bot}
    return _public(user) | private | ({"is_admin": True} if user.is_admin else {})


def _projects(gitlab: GitLab, request: Request, speaker: User) -> Answer:
    """Without `membership` administrators see everything, as if it were theirs."""
    query = request.query
    least = int(query.get("min_access_level", "0"))
    stranger = MAINTAINER if speaker.is_admin and query.get("membership") != "True" else 0
    found = [
        project
        for project in sorted(gitlab.projects.values(), key=lambda project: project.id)
        if project.members.get(speaker.id, stranger) >= least
        and ("archived" not in query or project.is_archived == (query["archived"] == "True"))
    ]
    return _page(request, [_shown_project(gitlab, project) for project in found], has_keyset=True)


def _project(gitlab: GitLab, _: Request, speaker: User, which: str) -> Answer:
    if which in gitlab.moved:
        return 302, {"Location": f"{gitlab.url}/api/v4/projects/{gitlab.moved[which]}"}, None
    return 200, {}, _shown_project(gitlab, _visible(gitlab, speaker, which))


def _shown_project(gitlab: GitLab, project: Project) -> dict[str, Any]:
    return {"id": project.id, "path_with_namespace": project.path, "web_url": f"{gitlab.url}/{project.path}"}


def _visible(gitlab: GitLab, speaker: User, which: str) -> Project:
    found = [one for one in gitlab.projects.values() if which in (str(one.id), one.path)]
    is_visible = bool(found) and (speaker.is_admin or speaker.id in found[0].members)
    _require(is_visible, 404, "404 Project Not Found")
    return found[0]


def _administered(gitlab: GitLab, speaker: User, which: str) -> Project:
    project = _visible(gitlab, speaker, which)
    _require(speaker.is_admin or project.members[speaker.id] >= MAINTAINER, 403, "403 Forbidden")
    return project


def _hooks(gitlab: GitLab, request: Request, speaker: User, which: str) -> Answer:
    project = _administered(gitlab, speaker, which)
    return _page(request, [_shown_hook(gitlab, project, hook) for hook in project.hooks.values()])


def _add_hook(gitlab: GitLab, request: Request, speaker: User, which: str) -> Answer:
    project = _administered(gitlab, speaker, which)
    hook = Hook(gitlab.new_id(), "", _switches(gitlab))
    _change(gitlab, hook, request.body)
    full = {"base": [f"Maximum number of project hooks ({gitlab.hooks_max}) exceeded"]}
    _require(len(project.hooks) < gitlab.hooks_max, 422, full)
    project.hooks[hook.id] = hook
    return 201, {}, _shown_hook(gitlab, project, hook)


def _edit_hook(gitlab: GitLab, request: Request, speaker: User, which: str, hook_id: str) -> Answer:
    project = _administered(gitlab, speaker, which)
    hook = _found(project, hook_id)
    was = hook.url
    _change(gitlab, hook, request.body)
    if hook.url != was:
        hook.headers = {}
    return 200, {}, _shown_hook(gitlab, project, hook)


def _delete_hook(gitlab: GitLab, _: Request, speaker: User, which: str, hook_id: str) -> Answer:
    project = _administered(gitlab, speaker, which)
    del project.hooks[_found(project, hook_id).id]
    return 204, {}, None


def _found(project: Project, hook_id: str) -> Hook:
    _require(int(hook_id) in project.hooks, 404, "404 Not found")
    return project.hooks[int(hook_id)]


def _change(gitlab: GitLab, hook: Hook, form: dict[str, Any]) -> None:
    _require(not (gitlab.refuses_headers and "custom_headers" in form), 400, "custom_headers is invalid", "error")
    url = str(form.get("url", ""))
    host = urlsplit(url).hostname
    _require(bool(host) and host != gitlab.blocked_host, 422, "Invalid url given", "error")
    headers = {header["key"]: header["value"] for header in form.get("custom_headers", ())}
    _require(all(map(HEADER_KEY.fullmatch, headers)), 422, "Custom headers validation failed", "error")
    hook.url = url
    hook.switches |= {name: bool(form[name]) for name in _switches(gitlab) if name in form}
    hook.enable_ssl_verification = bool(form.get("enable_ssl_verification", hook.enable_ssl_verification))
    if gitlab.has_headers:
        hook.name = form.get("name", hook.name)
        hook.headers |= headers


def _switches(gitlab: GitLab) -> dict[str, bool]:
    return SWITCHES | (NEWER_SWITCHES if gitlab.has_headers else {})


def _shown_hook(gitlab: GitLab, project: Project, hook: Hook) -> dict[str, Any]:
    shown = {"id": hook.id, "url": hook.url, "project_id": project.id, **hook.switches}
    shown |= {"enable_ssl_verification": hook.enable_ssl_verification, "created_at": "2026-03-02T10:21:00.000Z"}
    if gitlab.has_headers:
        shown |= {"name": hook.name, "custom_headers": [{"key": key} for key in hook.headers], "url_variables": []}
    return shown


def _page(request: Request, items: list[dict[str, Any]], *, has_keyset: bool = False) -> Answer:
    size = min(int(request.query.get("per_page", PER_PAGE)), PER_PAGE_MAX)
    if request.query.get("pagination") == "keyset":
        _require(has_keyset and request.query.get("order_by") == "id", 405, "Keyset pagination is not yet available")
        return _keyset(request, items, size)
    number = int(request.query.get("page", 1))
    shown = items[(number - 1) * size : number * size]
    following = str(number + 1) if number * size < len(items) else ""
    headers = {"X-Page": str(number), "X-Per-Page": str(size), "X-Next-Page": following, "X-Total": str(len(items))}
    return 200, headers | (_next(request, page=following) if following else {}), shown


def _keyset(request: Request, items: list[dict[str, Any]], size: int) -> Answer:
    left = [item for item in items if item["id"] > int(request.query.get("id_after", 0))]
    shown = left[:size]
    return 200, (_next(request, id_after=shown[-1]["id"]) if len(left) > size else {}), shown


def _next(request: Request, **more: Any) -> dict[str, str]:
    """GitLab names itself as it is configured, which is not always as it is reached."""
    query = urlencode(request.query | more)
    return {"Link": f'<https://gitlab.internal.example/api/v4{quote(request.path)}?{query}>; rel="next"'}


Handler = Callable[..., Answer]
ROUTES: Final[tuple[tuple[str, str, frozenset[str], Handler], ...]] = (
    ("GET", r"/version", READS | {"read_user"}, _version),
    ("GET", r"/user", READS | {"read_user"}, _me),
    ("GET", r"/personal_access_tokens/self", READS | {"read_user"}, _token_itself),
    ("GET", r"/users", READS | {"read_user"}, _users),
    ("GET", r"/projects", READS, _projects),
    ("GET", r"/projects/([^/]+)", READS, _project),
    ("GET", r"/projects/([^/]+)/hooks", READS, _hooks),
    ("POST", r"/projects/([^/]+)/hooks", frozenset({"api"}), _add_hook),
    ("PUT", r"/projects/([^/]+)/hooks/(\d+)", frozenset({"api"}), _edit_hook),
    ("DELETE", r"/projects/([^/]+)/hooks/(\d+)", frozenset({"api"}), _delete_hook),
)
