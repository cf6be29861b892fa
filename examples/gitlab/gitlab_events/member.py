"""Member Hook: who may come into a group or a project, and as what. Projects' members come with system hooks only."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from gitlab_events.markup import NAME_MAX, Text, plain
from gitlab_events.payload import PATH_MAX, Person, day
from keypost_sdk import Message

DEEDS: Final[Mapping[str, str]] = {
    "user_add_to_group": "was added to",
    "user_add_to_team": "was added to",
    "user_update_for_group": "has a new role or term in",
    "user_update_for_team": "has a new role or term in",
    "user_remove_from_group": "was removed from",
    "user_remove_from_team": "was removed from",
    "user_access_request_to_group": "asks for access to",
    "user_access_request_to_project": "asks for access to",
    "user_access_request_denied_for_group": "was denied access to",
    "user_access_request_denied_for_project": "was denied access to",
}
BEFORE_ROLE: Final[Mapping[str, str]] = {
    "user_add_to_group": " as ",
    "user_add_to_team": " as ",
    "user_update_for_group": ": ",
    "user_update_for_team": ": ",
}
"""In the others the role is one that the person no longer has, or never had."""


class MemberEvent(Struct, frozen=True):
    event_name: str
    user_name: Text = None
    user_username: Text = None
    group_name: Text = None
    group_path: Text = None
    group_access: Text = None
    project_name: Text = None
    project_path_with_namespace: Text = None
    access_level: Text = None
    expires_at: Text = None

    @property
    def place(self) -> str:
        if project := plain(self.project_path_with_namespace or self.project_name, PATH_MAX):
            return f"project {project}"
        if group := plain(self.group_path or self.group_name, PATH_MAX):
            return f"group {group}"
        return "a group"


def on_member(event: MemberEvent) -> Message:
    who = Person(event.user_name, event.user_username).bold
    return Message(text=f"{who} {DEEDS.get(event.event_name, 'changed in')} {event.place}{_role(event)}")


def _role(event: MemberEvent) -> str:
    before = BEFORE_ROLE.get(event.event_name)
    role, end = plain(event.access_level or event.group_access, NAME_MAX), day(event.expires_at)
    if not before or not role:
        return ""
    return f"{before}{role}" + (f" until {end}" if end else "")
