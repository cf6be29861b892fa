"""Project Hook: a project created or deleted in a group. GitLab sends neither by whom nor an address."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from gitlab_events.markup import NAME_MAX, Text, bold, plain
from gitlab_events.payload import PATH_MAX, Person, names
from keypost_sdk import Message

DEEDS: Final[Mapping[str, str]] = {"project_create": "created", "project_destroy": "deleted"}


class ProjectEvent(Struct, frozen=True):
    event_name: str
    path_with_namespace: str
    project_visibility: Text = None
    owners: tuple[Person, ...] = ()


def on_project(event: ProjectEvent) -> Message:
    deed = DEEDS.get(event.event_name, "changed")
    name = bold(event.path_with_namespace, PATH_MAX) or "without a name"
    visibility = plain(event.project_visibility, NAME_MAX)
    facts = (
        f"Visibility: {visibility}" if visibility else "",
        f"Owners: {names(event.owners)}" if event.owners else "",
    )
    return Message(text="\n".join(filter(None, (f"Project {name} was {deed}", *facts))))
