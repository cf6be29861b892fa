"""The kinds of events that the owner of a token chooses among, and what each is called at a webhook of GitLab's."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from gitlab_events.member import DEEDS as MEMBER_DEEDS
from gitlab_events.project import DEEDS as PROJECT_DEEDS
from gitlab_events.subgroup import DEEDS as SUBGROUP_DEEDS

CONFIDENTIAL: Final = "confidential"
OTHERS: Final = "others"


class Kind(Struct, frozen=True):
    """`events` is how they are announced, `switches` is what turns them on at a project's webhook."""

    title: str
    events: frozenset[str] = frozenset()
    switches: tuple[str, ...] = ()
    is_usual: bool = True


def _kind(title: str, events: str, *switches: str, is_usual: bool = True) -> Kind:
    return Kind(title, frozenset(events.split()), switches, is_usual)


KINDS: Final[Mapping[str, Kind]] = {
    "pushes": _kind("Pushes", "push", "push_events"),
    "tags": _kind("Tags", "tag_push", "tag_push_events"),
    "merge_requests": _kind("Merge requests", "merge_request", "merge_requests_events"),
    "issues": _kind("Issues and other work items", "issue work_item", "issues_events"),
    "comments": _kind("Comments", "note", "note_events"),
    "pipelines": _kind("Pipelines", "pipeline", "pipeline_events"),
    "deployments": _kind("Deployments", "deployment", "deployment_events"),
    "releases": _kind("Releases", "release", "releases_events"),
    "milestones": _kind("Milestones", "milestone", "milestone_events"),
    "wiki": _kind("Wiki pages", "wiki_page", "wiki_page_events"),
    "feature_flags": _kind("Feature flags", "feature_flag", "feature_flag_events"),
    "tokens": _kind(
        "Access and deploy tokens that end soon",
        "access_token deploy_token",
        "resource_access_token_events",
        "resource_deploy_token_events",
    ),
    "members": Kind(
        "Members, projects and subgroups of a group",
        frozenset({*MEMBER_DEEDS, *PROJECT_DEEDS, *SUBGROUP_DEEDS}),
    ),
    OTHERS: Kind("Whatever else GitLab sends"),
    "jobs": _kind("Each job of a pipeline", "build", "job_events", is_usual=False),
    "reactions": _kind("Reactions", "emoji", "emoji_events", is_usual=False),
    "vulnerabilities": _kind("Vulnerabilities", "vulnerability", "vulnerability_events", is_usual=False),
    CONFIDENTIAL: Kind(
        "Confidential issues and internal comments, without their words",
        switches=("confidential_issues_events", "confidential_note_events"),
        is_usual=False,
    ),
}
"""In the order of the dialog: the usual ones, then what is too much, or too delicate, unless somebody asks for it."""

USUAL: Final = frozenset(name for name, kind in KINDS.items() if kind.is_usual)


class Wishes(Struct, frozen=True):
    """What the owner of a token wants to see, and whether a thing under way is one message that changes."""

    kinds: frozenset[str] = USUAL
    one_message: bool = True

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Wishes":
        """From the settings of a token; a kind that we do not know is one of a newer or an older version."""
        return cls(
            frozenset(KINDS.keys() & set(settings.get("events", USUAL))),
            bool(settings.get("one_message", True)),
        )

    @property
    def switches(self) -> dict[str, bool]:
        """What is on and what is off at a webhook.

        The usual kinds are on in any case, for their owner may want to see them again later; the others on demand.
        """
        wanted = self.kinds | USUAL
        return {switch: name in wanted for name, kind in KINDS.items() for switch in kind.switches}


def kind_of(name: str, event_type: object = None) -> str:
    """`name` is how an event is announced; GitLab marks by its type what was said in confidence."""
    if isinstance(event_type, str) and event_type.startswith("confidential_"):
        return CONFIDENTIAL
    return next((kind for kind, known in KINDS.items() if name in known.events), OTHERS)
