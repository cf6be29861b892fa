"""Milestone Hook: a milestone created, closed, reopened or deleted. GitLab does not say by whom."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from gitlab_events.markup import Text, buttons, link, quote
from gitlab_events.payload import Count, Project, day
from keypost_sdk import Message, TextSlide

DEEDS: Final[Mapping[str, str]] = {
    "create": "created",
    "close": "closed",
    "reopen": "reopened",
    "delete": "deleted",
}


class Milestone(Struct, frozen=True):
    iid: Count
    title: str
    description: Text = None
    start_date: Text = None
    due_date: Text = None
    action: Text = None


class MilestoneEvent(Struct, frozen=True):
    """GitLab's words put `action` into the milestone, its example beside it: either counts."""

    object_attributes: Milestone
    project: Project
    action: Text = None


def on_milestone(event: MilestoneEvent) -> Message:
    milestone = event.object_attributes
    action = event.action or milestone.action or ""
    page = "" if action == "delete" else event.project.page(f"milestones/{milestone.iid}")
    name, deed = link(milestone.title, page) or f"%{milestone.iid}", DEEDS.get(action, "changed")
    dates = "" if action == "delete" else _dates(milestone)
    said = quote(milestone.description) if action == "create" else ""
    return Message(
        text=f"Milestone {name} *{deed}* in {event.project.link}{dates}",
        slides=(TextSlide(data=said),) if said else (),
        buttons=buttons(("Open milestone", page), ("Open project", event.project.web_url or "")),
    )


def _dates(milestone: Milestone) -> str:
    start, due = day(milestone.start_date), day(milestone.due_date)
    return (f", from {start}" if start else "") + (f", due {due}" if due else "")
