"""GitLab's webhook events as messages. Pure: from a header and a body to a message.

One module for each event that has a form of its own; `EVENTS` is the list. Every other event becomes one line. What is
not GitLab's is refused. Whatever GitLab sends, the limits of a message hold: every text is cut, and loses its power
over the formatting, in `markup`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import msgspec

from gitlab_events.access_token import TokenEvent, on_access_token, on_deploy_token
from gitlab_events.deployment import DeploymentEvent, on_deployment
from gitlab_events.emoji import EmojiEvent, on_emoji
from gitlab_events.feature_flag import FeatureFlagEvent, on_feature_flag
from gitlab_events.issue import IssueEvent, on_issue
from gitlab_events.job import JobEvent, on_job
from gitlab_events.kinds import KINDS, Wishes, kind_of
from gitlab_events.member import DEEDS as MEMBER_DEEDS
from gitlab_events.member import MemberEvent, on_member
from gitlab_events.merge_request import MergeRequestEvent, merge_request_so_far, on_merge_request
from gitlab_events.milestone import MilestoneEvent, on_milestone
from gitlab_events.note import NoteEvent, on_note
from gitlab_events.other import on_other
from gitlab_events.payload import Project
from gitlab_events.pipeline import PipelineEvent, on_pipeline, pipeline_so_far
from gitlab_events.project import ProjectEvent, on_project
from gitlab_events.push import Push, on_push
from gitlab_events.release import ReleaseEvent, on_release
from gitlab_events.subgroup import SubgroupEvent, on_subgroup
from gitlab_events.tag_push import TagPush, on_tag_push
from gitlab_events.vulnerability import VulnerabilityEvent, on_vulnerability
from gitlab_events.wiki_page import WikiPageEvent, on_wiki_page
from keypost_sdk import Message, Refuse

T = TypeVar("T")

EVERYTHING: Final = Wishes(frozenset(KINDS), one_message=False)
"""Each event that there is, in a message of its own."""


class _Announced(msgspec.Struct, frozen=True):
    """How every event names itself; nothing in it is sure."""

    object_kind: Any = None
    event_name: Any = None
    event_type: Any = None


class _Placed(msgspec.Struct, frozen=True):
    project: Project = Project()


class Renderer(msgspec.Struct, frozen=True):
    """A type with the members that are shown, and a pure function from it to a message.

    `so_far` is there for what goes on: it says how a thing stands, in the place of what was said of it before.
    """

    kind: Any
    to_message: Callable[[Any], Message | None]
    so_far: Callable[[Any], Message | None] | None = None

    def __call__(self, body: str, *, one_message: bool) -> Message | None:
        to_message = self.so_far if one_message and self.so_far else self.to_message
        return to_message(msgspec.json.decode(body, type=self.kind))


def reads(
    kind: type[T], to_message: Callable[[T], Message | None], so_far: Callable[[T], Message | None] | None = None
) -> Renderer:
    return Renderer(kind, to_message, so_far)


EVENTS: Final[Mapping[str, Renderer]] = {
    "push": reads(Push, on_push),
    "tag_push": reads(TagPush, on_tag_push),
    "merge_request": reads(MergeRequestEvent, on_merge_request, merge_request_so_far),
    "issue": reads(IssueEvent, on_issue),
    "work_item": reads(IssueEvent, on_issue),
    "note": reads(NoteEvent, on_note),
    "emoji": reads(EmojiEvent, on_emoji),
    "wiki_page": reads(WikiPageEvent, on_wiki_page),
    "pipeline": reads(PipelineEvent, on_pipeline, pipeline_so_far),
    "build": reads(JobEvent, on_job),
    "deployment": reads(DeploymentEvent, on_deployment),
    "release": reads(ReleaseEvent, on_release),
    "feature_flag": reads(FeatureFlagEvent, on_feature_flag),
    "milestone": reads(MilestoneEvent, on_milestone),
    "vulnerability": reads(VulnerabilityEvent, on_vulnerability),
    "access_token": reads(TokenEvent, on_access_token),
    "deploy_token": reads(TokenEvent, on_deploy_token),
    "project_create": reads(ProjectEvent, on_project),
    "project_destroy": reads(ProjectEvent, on_project),
    "subgroup_create": reads(SubgroupEvent, on_subgroup),
    "subgroup_destroy": reads(SubgroupEvent, on_subgroup),
    **dict.fromkeys(MEMBER_DEEDS, reads(MemberEvent, on_member)),
}
"""By `object_kind`, or by `event_name` where that is all: system hooks send the same bodies under another header."""


def render(event: str, body: str, wishes: Wishes = EVERYTHING) -> Message | None:
    """`event` is the X-Gitlab-Event header, empty if there was none. None: there is nothing to say, or nobody wishes to
    see it. Raises `Refuse` for what is not GitLab's.
    """
    announced = _announced(body)
    name = next((name for name in (announced.object_kind, announced.event_name, event) if _is_name(name)), None)
    if name is None:
        raise Refuse("This is no event of GitLab's: it has no X-Gitlab-Event header, no object_kind and no event_name.")
    if kind_of(name, announced.event_type) not in wishes.kinds:
        return None
    try:
        if name in EVENTS:
            return EVENTS[name](body, one_message=wishes.one_message)
    except msgspec.DecodeError:  # An event that we know, in a form that we do not.
        return on_other(name, _project(body))
    return on_other(name, _project(body))


def _announced(body: str) -> _Announced:
    try:
        return msgspec.json.decode(body, type=_Announced)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        raise Refuse("This is no event of GitLab's: its body is not a JSON object.") from None


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _project(body: str) -> Project:
    try:
        return msgspec.json.decode(body, type=_Placed).project
    except msgspec.DecodeError:
        return Project()
