"""Subgroup Hook: a subgroup created in a group or removed from it. GitLab sends neither by whom nor an address."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from gitlab_events.markup import Text, bold, plain
from gitlab_events.payload import PATH_MAX
from keypost_sdk import Message

DEEDS: Final[Mapping[str, str]] = {"subgroup_create": "created in", "subgroup_destroy": "removed from"}


class SubgroupEvent(Struct, frozen=True):
    event_name: str
    name: str
    parent_full_path: Text = None


def on_subgroup(event: SubgroupEvent) -> Message:
    name = bold(event.name, PATH_MAX) or "without a name"
    parent = plain(event.parent_full_path, PATH_MAX) or "its group"
    return Message(text=f"Subgroup {name} was {DEEDS.get(event.event_name, 'changed in')} {parent}")
