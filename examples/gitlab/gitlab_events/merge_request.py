"""Merge Request Hook: opened, updated, approved, merged, closed."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import Struct

from gitlab_events.markup import NAME_MAX, Text, bold, buttons, code, link, plain
from gitlab_events.payload import Commit, Count, Person, Project, names, person_name
from keypost_sdk import Button, Card, Message, Reply, TextSlide
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

STATES: Final[Mapping[str, str]] = {"opened": "open", "locked": "being merged"}


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


class Reviewer(Person, frozen=True):
    """`state` is there since GitLab 17."""

    state: Any = None


class MergeRequestEvent(Struct, frozen=True):
    project: Project
    object_attributes: MergeRequest
    user: Person | None = None
    assignees: tuple[Person, ...] = ()
    reviewers: tuple[Reviewer, ...] = ()


def on_merge_request(event: MergeRequestEvent) -> Message:
    request = event.object_attributes
    who = (event.user or Person()).bold
    return Message(
        text=f"{who} {_deed(request)} merge request {_link(request)} in {event.project.link}",
        card=_card(request),
        slides=(TextSlide(data="\n".join(_lines(event))),),
        buttons=_buttons(event),
    )


def merge_request_so_far(event: MergeRequestEvent) -> Message:
    """How the merge request stands, and what was the last that happened."""
    request = event.object_attributes
    key = event.project.key("merge_request", request.iid)
    if not key:
        return on_merge_request(event)
    return Reply(
        text=f"Merge request {_link(request)} in {event.project.link} is {_standing(request)}",
        card=_card(request),
        slides=(TextSlide(data="\n".join(_lines_so_far(event))),),
        buttons=_buttons(event),
        collapse_key=key,
    )


def _name(request: MergeRequest) -> str:
    return f"!{request.iid} {request.title}"


def _link(request: MergeRequest) -> str:
    return link(_name(request), request.url, TITLE_SHOWN)


def _card(request: MergeRequest) -> Card:
    return Card(title=plain(_name(request), CARD_TITLE_MAX // 2))


def _buttons(event: MergeRequestEvent) -> tuple[Button, ...]:
    request = event.object_attributes
    return buttons(
        ("Open merge request", request.url or ""),
        ("Changes", f"{request.url}/diffs" if request.url else ""),
        ("Open project", event.project.web_url or ""),
    )


def _standing(request: MergeRequest) -> str:
    state = bold(STATES.get(request.state or "", request.state)) or "*changed*"
    return f"{state}, a draft" if request.draft and request.state == "opened" else state


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


def _lines_so_far(event: MergeRequestEvent) -> Iterable[str]:
    request = event.object_attributes
    yield f"{_source(request)} → {code(request.target_branch)}"
    if event.assignees:
        yield f"Assigned to: {names(event.assignees)}"
    if event.reviewers:
        yield f"Reviewed by: {names(event.reviewers, _reviewer)}"
    yield f"Last: {(event.user or Person()).bold} {_deed(request)} it"


def _reviewer(reviewer: Reviewer) -> str:
    """`Ada Lovelace (approved)`; who has not said anything yet stands there alone."""
    name = person_name(reviewer)
    state = reviewer.state if isinstance(reviewer.state, str) and reviewer.state != "unreviewed" else ""
    said = plain(state.replace("_", " "), NAME_MAX)
    return f"{name} ({said})" if said else name


def _source(request: MergeRequest) -> str:
    """The branch; with its project if it comes from a fork."""
    if request.source is None or request.source_project_id == request.target_project_id:
        return code(request.source_branch)
    return code(f"{request.source.shown}:{request.source_branch}")
