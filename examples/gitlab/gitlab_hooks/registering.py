"""A token's webhook on each project where its owner is a Maintainer: never on what only the access token may see."""

import threading
from typing import Final

from msgspec import Struct

from gitlab_hooks import person, projects, writing
from gitlab_hooks.connection import connect
from gitlab_hooks.hook import Wanted
from gitlab_hooks.patience import Patience
from gitlab_hooks.projects import Project
from gitlab_hooks.settings import Settings
from gitlab_hooks.trouble import Trouble
from gitlab_hooks.under_way import UnderWay
from gitlab_hooks.writing import Deed
from keypost_sdk.content import SERVES_MAX

PROJECTS_MAX: Final = SERVES_MAX
"""Keypost shows, and takes down again, as many as this."""


class Outcome(Struct, frozen=True):
    """What became of one project; `why` is there where nothing could be done."""

    project: Project
    deed: Deed
    why: str = ""


def register(
    settings: Settings,
    email: str,
    wanted: Wanted,
    under_way: UnderWay,
    patience: Patience,
    most: int = PROJECTS_MAX,
) -> list[Outcome]:
    """For the person with this e-mail address, on so many of their projects at the `most`.

    Raises `Trouble` where it fails for all projects alike.
    """
    under_way.over(wanted.replaces)
    with under_way.registering(wanted.token_id) as end, connect(settings, patience.request_s) as gitlab:
        patience.run(lambda: person.become(gitlab, email))
        found = patience.run(lambda: projects.of_maintainer(gitlab, archived=False))
        in_header = writing.takes_headers(gitlab)

        def on(project: Project) -> Outcome:
            def settle() -> Deed:
                with projects.alone_on(project):
                    _must_go_on(end)
                    return writing.settle(gitlab, project, wanted, in_header=in_header)

            try:
                return Outcome(project, patience.run(settle))
            except Trouble as trouble:
                return Outcome(project, Deed.FAILED, trouble.sentence)

        return projects.for_each(found[:most], on) + [_left_out(project, most) for project in found[most:]]


def _must_go_on(end: threading.Event) -> None:
    if end.is_set():
        raise Trouble("The key has ended meanwhile")


def _left_out(project: Project, most: int) -> Outcome:
    return Outcome(project, Deed.FAILED, f"One key connects {most} projects at the most")
