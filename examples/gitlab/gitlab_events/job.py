"""Job Hook: how a job ended. GitLab calls it a build in the body."""

from typing import Final

from msgspec import Struct

from gitlab_events.markup import BRANCH_MAX, NAME_MAX, Text, bold, buttons, code, link, plain
from gitlab_events.payload import Author, Commit, Count, Project
from gitlab_events.pipeline import UNDER_WAY, duration, status_word
from gitlab_events.ref import quoted
from keypost_sdk import Message

NO_NEWS: Final = UNDER_WAY | {"waiting_for_callback", "scheduled", "canceling", "manual", "skipped"}
"""Each job of a pipeline passes through some of these; a pipeline of fifty would say nothing fifty times."""


class JobCommit(Struct, frozen=True):
    """No `id` here: in this event it is the pipeline's."""

    sha: Text = None
    message: Text = None
    author_name: Text = None


class Repository(Struct, frozen=True):
    homepage: Text = None


class JobEvent(Struct, frozen=True):
    """`project` is there since GitLab 16; before that its name and address stood elsewhere."""

    build_id: Count
    build_name: str
    build_status: str
    build_stage: Text = None
    build_duration: float | None = None
    build_failure_reason: Text = None
    build_allow_failure: bool | None = None
    retries_count: Count | None = None
    pipeline_id: Count | None = None
    ref: Text = None
    commit: JobCommit | None = None
    project: Project | None = None
    project_name: Text = None
    repository: Repository | None = None

    @property
    def place(self) -> Project:
        return self.project or Project(self.project_name, web_url=(self.repository or Repository()).homepage)


def on_job(event: JobEvent) -> Message | None:
    if event.build_status in NO_NEWS:
        return None
    page = event.place.page(f"jobs/{event.build_id}")
    lines = (_headline(event, page), _reason(event), _commit(event.commit, event.place))
    return Message(
        text="\n".join(filter(None, lines)),
        buttons=buttons(
            ("Open job", page),
            ("Open pipeline", event.place.page(f"pipelines/{event.pipeline_id}") if event.pipeline_id else ""),
            ("Open project", event.place.web_url or ""),
        ),
    )


def _headline(event: JobEvent, page: str) -> str:
    stage = f" of stage {plain(event.build_stage, NAME_MAX)}" if event.build_stage else ""
    took = f" after {shown}" if (shown := duration(event.build_duration)) else ""
    name = link(event.build_name, page, NAME_MAX) or "without a name"
    ended = bold(status_word(event.build_status)) or "*unknown*"
    return f"Job {name}{stage} {ended} on {code(event.ref or '?', BRANCH_MAX)} in {event.place.link}{took}"


def _reason(event: JobEvent) -> str:
    """GitLab names an unknown reason even where nothing failed."""
    if event.build_status != "failed":
        return ""
    allowed = ", which is allowed" if event.build_allow_failure else ""
    retry = f", retry {event.retries_count}" if event.retries_count else ""
    return f"Reason: {plain(status_word(event.build_failure_reason), NAME_MAX)}{allowed}{retry}"


def _commit(commit: JobCommit | None, place: Project) -> str:
    if commit is None:
        return ""
    page = place.page(f"commit/{quoted(commit.sha)}") if commit.sha else None
    return Commit(commit.sha, message=commit.message, url=page, author=Author(commit.author_name)).line
