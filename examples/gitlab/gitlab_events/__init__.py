"""GitLab's webhook events as messages. Pure: from a header and a body to a message.

One module for each event that has a form of its own; `EVENTS` is the list. Every other event becomes one line. What is
not GitLab's is no message at all. Whatever GitLab sends, the limits of a message hold: every text is cut, and loses its
power over the formatting, in `markup`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from gitlab_events.merge_request import MergeRequestEvent, on_merge_request
from gitlab_events.other import on_other
from gitlab_events.payload import Project
from gitlab_events.pipeline import PipelineEvent, on_pipeline
from gitlab_events.push import Push, on_push
from keypost_sdk import Message

Renderer: TypeAlias = Callable[[str], Message | None]
T = TypeVar("T")


class _Announced(msgspec.Struct, frozen=True):
    """How every event names itself; nothing in it is sure."""

    object_kind: Any = None
    event_name: Any = None


class _Placed(msgspec.Struct, frozen=True):
    project: Project = Project()


def reads(kind: type[T], renderer: Callable[[T], Message | None]) -> Renderer:
    return lambda body: renderer(msgspec.json.decode(body, type=kind))


EVENTS: Final[Mapping[str, Renderer]] = {
    "push": reads(Push, on_push),
    "merge_request": reads(MergeRequestEvent, on_merge_request),
    "pipeline": reads(PipelineEvent, on_pipeline),
}
"""By `object_kind`: system hooks send the same bodies under another header."""


def render(event: str, body: str) -> Message | None:
    """`event` is the X-Gitlab-Event header, empty if there was none. None: there is nothing to say."""
    try:
        announced = msgspec.json.decode(body, type=_Announced)
    except (msgspec.DecodeError, RecursionError):
        return None
    name = next((name for name in (announced.object_kind, announced.event_name, event) if _is_name(name)), None)
    if name is None:
        return None
    try:
        return EVENTS[name](body) if name in EVENTS else on_other(name, _project(body))
    except msgspec.DecodeError:  # An event that we know, in a form that we do not.
        return on_other(name, _project(body))


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _project(body: str) -> Project:
    try:
        return msgspec.json.decode(body, type=_Placed).project
    except msgspec.DecodeError:
        return Project()
