"""Issue Hook: issues, and with them all other work items, such as incidents, tasks and epics.

The words of a confidential issue stay at GitLab: who may read the chat is not who may read the issue.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import Struct

from gitlab_events.markup import Text, buttons, code, link, plain, quote
from gitlab_events.payload import Count, Person, Project, day, names
from keypost_sdk import Card, Message, TextSlide
from keypost_sdk.content import CARD_TITLE_MAX

TITLE_SHOWN: Final = 120
TYPE_MAX: Final = 40
LABELS_SHOWN: Final = 10
LABEL_MAX: Final = 40
NO_SEVERITY: Final = "unknown"

DEEDS: Final[Mapping[str, str]] = {"open": "opened", "close": "closed", "reopen": "reopened", "update": "updated"}
CHANGES: Final[Mapping[str, str]] = {
    "title": "title",
    "description": "description",
    "assignees": "assignees",
    "labels": "labels",
    "milestone_id": "milestone",
    "due_date": "due date",
    "weight": "weight",
    "severity": "severity",
    "health_status": "health",
    "escalation_status": "escalation",
    "confidential": "confidentiality",
    "discussion_locked": "lock",
    "time_estimate": "estimate",
    "total_time_spent": "time spent",
}
"""What an update may change, as GitLab names it and as we do. Of all others it is enough that there was one."""


class Issue(Struct, frozen=True):
    """`type` is there since GitLab 17.2."""

    iid: Count
    title: str
    url: Text = None
    type: Text = None
    state: Text = None
    action: Text = None
    description: Text = None
    due_date: Text = None
    severity: Text = None
    confidential: bool | None = None


class Label(Struct, frozen=True):
    title: Text = None


class IssueEvent(Struct, frozen=True):
    """An epic has no project."""

    object_attributes: Issue
    object_kind: Text = None
    event_type: Text = None
    project: Project | None = None
    user: Person | None = None
    assignees: tuple[Person, ...] = ()
    labels: tuple[Label, ...] = ()
    changes: dict[str, Any] = {}

    @property
    def is_confidential(self) -> bool:
        return bool(self.object_attributes.confidential) or self.event_type == "confidential_issue"

    @property
    def noun(self) -> str:
        name = self.object_attributes.type or self.object_kind or ""
        return plain(name.replace("_", " ").lower(), TYPE_MAX) or "issue"

    @property
    def number(self) -> str:
        return f"{'&' if self.noun == 'epic' else '#'}{self.object_attributes.iid}"


def on_issue(event: IssueEvent) -> Message:
    issue = event.object_attributes
    name = event.number if event.is_confidential else f"{event.number} {issue.title}"
    noun = f"confidential {event.noun}" if event.is_confidential else event.noun
    place = f" in {event.project.link}" if event.project else ""
    who = (event.user or Person()).bold
    return Message(
        text=f"{who} {_deed(event)} {noun} {link(name, issue.url, TITLE_SHOWN)}{place}",
        card=Card(title=plain(f"{name}, confidential" if event.is_confidential else name, CARD_TITLE_MAX // 2)),
        slides=_slides(event),
        buttons=buttons(
            ("Open at GitLab", issue.url or ""),
            ("Open project", (event.project and event.project.web_url) or ""),
        ),
    )


def _deed(event: IssueEvent) -> str:
    action = event.object_attributes.action or ""
    changed = [word for member, word in CHANGES.items() if member in event.changes]
    if action != "update" or not changed:
        return DEEDS.get(action, "changed")
    *first, last = changed
    return f"changed {', '.join(first)} and {last} of" if first else f"changed {last} of"


def _slides(event: IssueEvent) -> tuple[TextSlide, ...]:
    if event.is_confidential:
        return ()
    facts = "\n".join(_lines(event))
    is_new = event.object_attributes.action == "open"
    description = quote(event.object_attributes.description) if is_new else ""
    return tuple(TextSlide(data=data) for data in (facts, description) if data)


def _lines(event: IssueEvent) -> Iterable[str]:
    issue = event.object_attributes
    labels = [shown for label in event.labels[:LABELS_SHOWN] if (shown := code(label.title, LABEL_MAX))]
    facts = {
        "State": plain(issue.state),
        "Severity": "" if issue.severity == NO_SEVERITY else plain(issue.severity),
        "Assigned to": names(event.assignees),
        "Labels": ", ".join(labels),
        "Due": day(issue.due_date),
    }
    return (f"{name}: {fact}" for name, fact in facts.items() if fact)
