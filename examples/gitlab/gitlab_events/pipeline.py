"""Pipeline Hook: how a pipeline ended, or how it stands, with its jobs as a table."""

import math
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from gitlab_events.markup import BRANCH_MAX, Text, bold, buttons, code, link, plain
from gitlab_events.payload import Commit, Count, Person, Project
from keypost_sdk import Button, Card, Message, Reply, Table, TableSlide
from keypost_sdk.content import CARD_TITLE_MAX, TABLE_ROWS_MAX

UNDER_WAY: Final = frozenset({"created", "waiting_for_resource", "preparing", "pending", "running"})
"""GitLab announces each of these steps too; in messages of their own, only how a pipeline ends, or that it waits for
somebody, is news."""

STATUS: Final[Mapping[str, str]] = {"success": "passed"}
HEADERS: Final = ("Stage", "Job", "Status", "Duration")
CELL_MAX: Final = 80
MINUTE: Final = 60
HOUR: Final = 3600
DURATION_MAX: Final = 10_000 * HOUR


class Pipeline(Struct, frozen=True):
    id: Count
    status: str
    ref: Text = None
    sha: Text = None
    url: Text = None
    stages: tuple[str, ...] = ()
    duration: float | None = None


class Job(Struct, frozen=True):
    id: Count = 0
    stage: Text = None
    name: Text = None
    status: Text = None
    duration: float | None = None
    allow_failure: bool | None = None


class Request(Struct, frozen=True):
    iid: Count
    title: Text = None
    url: Text = None
    source_branch: Text = None


class PipelineEvent(Struct, frozen=True):
    object_attributes: Pipeline
    project: Project
    merge_request: Request | None = None
    user: Person | None = None
    commit: Commit | None = None
    builds: tuple[Job, ...] = ()


def on_pipeline(event: PipelineEvent) -> Message | None:
    if event.object_attributes.status in UNDER_WAY:
        return None
    return Message(text=_text(event), card=_card(event), slides=_slides(event), buttons=_buttons(event))


def pipeline_so_far(event: PipelineEvent) -> Message | None:
    """How the pipeline stands, from its first step on."""
    key = event.project.key("pipeline", event.object_attributes.id)
    if not key:
        return on_pipeline(event)
    return Reply(text=_text(event), card=_card(event), slides=_slides(event), buttons=_buttons(event), collapse_key=key)


def _text(event: PipelineEvent) -> str:
    return "\n".join(filter(None, (_headline(event), event.commit.line if event.commit else "")))


def _card(event: PipelineEvent) -> Card:
    pipeline = event.object_attributes
    title = f"Pipeline #{pipeline.id} {status_word(pipeline.status)}: {event.project.shown}"
    return Card(title=plain(title, CARD_TITLE_MAX // 2))


def _buttons(event: PipelineEvent) -> tuple[Button, ...]:
    return buttons(
        ("Open pipeline", _address(event)),
        ("Open merge request", (event.merge_request and event.merge_request.url) or ""),
        ("Open project", event.project.web_url or ""),
    )


def _headline(event: PipelineEvent) -> str:
    pipeline, request = event.object_attributes, event.merge_request
    # For a merge request GitLab names a ref of its own, which says nothing to a person.
    branch = (request and request.source_branch) or pipeline.ref or "?"
    took = f" after {shown}" if (shown := duration(pipeline.duration)) else ""
    name, status = link(f"#{pipeline.id}", _address(event)), bold(status_word(pipeline.status))
    return f"Pipeline {name} {status} on {code(branch, BRANCH_MAX)} in {event.project.link}{took}"


def _slides(event: PipelineEvent) -> tuple[TableSlide, ...]:
    if not event.builds:
        return ()
    order = {stage: place for place, stage in enumerate(event.object_attributes.stages)}
    jobs = sorted(event.builds, key=lambda job: (order.get(job.stage or "", len(order)), job.id))
    shown = jobs[:TABLE_ROWS_MAX]
    title = "Jobs" if len(shown) == len(jobs) else f"The first {len(shown)} of {len(jobs)} jobs"
    return (TableSlide(title=title, data=Table(headers=HEADERS, rows=tuple(map(_row, shown)))),)


def _row(job: Job) -> dict[str, str | int | float | bool | None]:
    allowed = " (allowed)" if job.allow_failure and job.status == "failed" else ""
    cells = (job.stage, job.name, status_word(job.status) + allowed, duration(job.duration))
    return {header: plain(cell, CELL_MAX) for header, cell in zip(HEADERS, cells, strict=True)}


def status_word(status: Text) -> str:
    return STATUS.get(status or "", (status or "unknown").replace("_", " "))


def _address(event: PipelineEvent) -> str:
    """GitLab sends the address since 16; before that it is known from the project's."""
    return event.object_attributes.url or event.project.page(f"pipelines/{event.object_attributes.id}")


def duration(seconds: float | None) -> str:
    """`17 s`, `1 min 3 s`, `2 h 5 min`; empty if nothing sensible is known."""
    if seconds is None or not math.isfinite(seconds) or not 0 <= seconds <= DURATION_MAX:
        return ""
    whole = round(seconds)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE} s"
    return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"
