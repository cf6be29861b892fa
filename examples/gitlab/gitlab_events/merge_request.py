"""Merge Request Hook: opened, updated, approved, merged, closed."""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from gitlab_events.markup import Text, buttons, code, link, plain
from gitlab_events.payload import Commit, Count, Person, Project, names
from keypost_sdk import Card, Message, TextSlide
from keypost_sdk.content import CARD_TITLE_MAX

TITLE_SHOWN: Final = 120

DEEDS: Final[Mapping[str, str]] = {
    "open": "opened",
    "close": "closed",
    "reopen": "reopened",
    "update": "updated",
    "merge": "merged",
    "approved": "approved",
    "approval": "approved",
    "unapproved": "withdrew the approval of",
    "unapproval": "withdrew the approval of",
}


class MergeRequest(Struct, frozen=True):
    """`oldrev` is there only if commits were pushed; `action` is missing in what GitLab sends to test a webhook."""

    iid: Count
    title: str
    source_branch: str
    target_branch: str
    url: Text = None
    state: Text = None
    action: Text = None
    draft: bool | None = None
    oldrev: Text = None
    source: Project | None = None
    target: Project | None = None
    source_project_id: int | None = None
    target_project_id: int | None = None
    last_commit: Commit | None = None


class MergeRequestEvent(Struct, frozen=True):
    project: Project
    object_attributes: MergeRequest
    user: Person | None = None
    assignees: tuple[Person, ...] = ()
    reviewers: tuple[Person, ...] = ()


def on_merge_request(event: MergeRequestEvent) -> Message:
    request = event.object_attributes
    name = f"!{request.iid} {request.title}"
    who = (event.user or Person()).bold
    return Message(
        text=f"{who} {_deed(request)} merge request {link(name, request.url, TITLE_SHOWN)} in {event.project.link}",
        card=Card(title=plain(name, CARD_TITLE_MAX // 2)),
        slides=(TextSlide(data="\n".join(_lines(event))),),
        buttons=buttons(
            ("Open merge request", request.url or ""),
            ("Changes", f"{request.url}/diffs" if request.url else ""),
            ("Open project", event.project.web_url or ""),
        ),
    )


def _deed(request: MergeRequest) -> str:
    if request.action == "update" and request.oldrev:
        return "pushed to"
    return DEEDS.get(request.action or "", "changed")


def _lines(event: MergeRequestEvent) -> Iterable[str]:
    request = event.object_attributes
    yield f"{_source(request)} → {code(request.target_branch)}"
    state = plain(request.state) + (", draft" if request.draft else "")
    if state:
        yield f"State: {state.removeprefix(', ')}"
    for role, people in (("Assigned to", event.assignees), ("Reviewed by", event.reviewers)):
        if people:
            yield f"{role}: {names(people)}"


def _source(request: MergeRequest) -> str:
    """The branch; with its project if it comes from a fork."""
    if request.source is None or request.source_project_id == request.target_project_id:
        return code(request.source_branch)
    return code(f"{request.source.shown}:{request.source_branch}")
