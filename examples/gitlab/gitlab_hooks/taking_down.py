"""The webhooks of a token that has ended go, wherever they are."""

from gitlab import Gitlab
from msgspec import Struct

from gitlab_hooks import hook, person, projects, writing
from gitlab_hooks.connection import connect
from gitlab_hooks.patience import Patience
from gitlab_hooks.person import NotThem
from gitlab_hooks.projects import Project
from gitlab_hooks.settings import Settings
from gitlab_hooks.trouble import Trouble


class Ended(Struct, frozen=True):
    """`address` is where its webhooks lead, `paths` are those of the projects that it is known to connect. `email` is
    its owner's, and empty if we are not told.
    """

    token_id: str
    address: str
    email: str = ""
    paths: tuple[str, ...] = ()


class Removed(Struct, frozen=True):
    """How many webhooks went from how many projects, and how many projects would not let us."""

    hooks: int
    projects: int
    closed: int


def take_down(settings: Settings, ended: Ended, patience: Patience) -> Removed:
    """Raises `Trouble` if something is left that another try may do."""
    if not settings.can_register:
        raise Trouble("No address and access token of GitLab are set any more")
    with connect(settings, patience.request_s) as gitlab:
        found = _projects(settings, gitlab, ended, patience)

        def on(project: Project) -> int | Trouble:
            try:
                return patience.run(lambda: _delete(gitlab, project, ended))
            except Trouble as trouble:
                return trouble

        outcomes = projects.for_each(found, on)
    troubles = [outcome for outcome in outcomes if isinstance(outcome, Trouble)]
    for trouble in troubles:
        if trouble.passes:
            raise trouble
    return Removed(
        sum(outcome for outcome in outcomes if isinstance(outcome, int)), len(outcomes), closed=len(troubles)
    )


def _projects(settings: Settings, gitlab: Gitlab, ended: Ended, patience: Patience) -> list[Project]:
    """Those that the token is known to connect, and those of its owner: an answer that told of them may be lost."""
    found = {project.id: project for project in _of_owner(settings, ended.email, patience)}
    known = {project.path_with_namespace for project in found.values()}

    def at(path: str) -> Project | None:
        return patience.run(lambda: projects.at(gitlab, path))

    for project in projects.for_each(sorted(set(ended.paths) - known), at):
        if project is not None:
            found[project.id] = project
    return list(found.values())


def _of_owner(settings: Settings, email: str, patience: Patience) -> list[Project]:
    with connect(settings, patience.request_s) as gitlab:
        try:
            patience.run(lambda: person.become(gitlab, email))
        except NotThem:  # They left GitLab, or it was never for them that we spoke.
            return []
        return patience.run(lambda: projects.of_maintainer(gitlab))


def _delete(gitlab: Gitlab, project: Project, ended: Ended) -> int:
    with projects.alone_on(project):
        manager = projects.hooks(gitlab, project)
        ours = hook.of_tokens(projects.listed(manager), ended.address, frozenset({ended.token_id}))
        for one in ours:
            writing.delete(manager, one)
    return len(ours)
