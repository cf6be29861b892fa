"""Deployment Hook: a deployment began, ended, waits, or was approved or rejected."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from gitlab_events.markup import NAME_MAX, Text, bold, buttons, code, link, quote
from gitlab_events.payload import Author, Commit, Count, Person, Project
from keypost_sdk import Message, TextSlide

STATUS: Final[Mapping[str, str]] = {"running": "started", "success": "succeeded", "blocked": "waits"}
JUDGED: Final = frozenset({"approved", "rejected"})


class Approval(Struct, frozen=True):
    comment: Text = None


class DeploymentEvent(Struct, frozen=True):
    """`deployable_url` is the job's; there is none if another tool deployed. `approver` is there if somebody judged."""

    deployment_id: Count
    status: str
    environment: str
    project: Project
    deployable_url: Text = None
    environment_external_url: Text = None
    short_sha: Text = None
    commit_url: Text = None
    commit_title: Text = None
    user: Person | None = None
    approver: Person | None = None
    approval: Approval | None = None


def on_deployment(event: DeploymentEvent) -> Message:
    author = Author(event.user.shown if event.user else None)
    commit = Commit(event.short_sha, event.commit_title, url=event.commit_url, author=author)
    said = quote(event.approval.comment) if event.approval else ""
    return Message(
        text=f"{_headline(event)} in {event.project.link}" + (f"\n{commit.line}" if event.short_sha else ""),
        slides=(TextSlide(data=said),) if said else (),
        buttons=buttons(
            ("Open job", event.deployable_url or ""),
            ("Open environment", event.environment_external_url or ""),
            ("Open project", event.project.web_url or ""),
        ),
    )


def _headline(event: DeploymentEvent) -> str:
    to = code(event.environment, NAME_MAX) or "an environment"
    name = f"{link(f'#{event.deployment_id}', event.deployable_url)} to {to}"
    if event.status in JUDGED:
        return f"{(event.approver or Person()).bold} {event.status} deployment {name}"
    status = STATUS.get(event.status, event.status.replace("_", " "))
    return f"Deployment {name} {bold(status) or '*changed*'}"
